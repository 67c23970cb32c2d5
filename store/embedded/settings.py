"""How the embedded server is set up: private, without a network, and silent about what calls hold.

The three files are written anew before each start, so that a new version of stimmung brings its settings along. What an
operator sets with ALTER SYSTEM stays and goes before them.
"""

from collections.abc import Mapping

ADMIN = "postgres"  # may do everything; used to set the server up, never for calls
ROLE = "stimmung"  # owns the database and may not read files or start programs
DATABASE = "stimmung"
PORT = "5432"  # only names the socket: no network address is listened to
SOCKET = f".s.PGSQL.{PORT}"

SERVER = """\
# Written by stimmung before each start. Settings of your own: ALTER SYSTEM SET ...
listen_addresses = ''
port = {port}
unix_socket_directories = '.'        # the data folder itself, relative: paths to a socket have 107 bytes
unix_socket_permissions = 0700
cluster_name = 'stimmung'
max_connections = 100
client_connection_check_interval = 10s
timezone = 'UTC'
datestyle = 'ISO'
lc_messages = 'C'

# A server beside other programs, with calls and their words: some 50 KB a call, few connections.
shared_buffers = {shared_buffers}MB
work_mem = 16MB
maintenance_work_mem = 128MB
effective_cache_size = 512MB
random_page_cost = 1.1
jit = off                            # costs more than it gains in queries of milliseconds
io_method = sync                     # no processes of its own for reading
dynamic_shared_memory_type = mmap    # /dev/shm has 64 MB in a container, and logind empties it

# What was committed stays; what was erased goes.
fsync = on
full_page_writes = on
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
wal_recycle = off                    # old segments are removed, not filled again: they hold rows that were erased
max_wal_size = 512MB
checkpoint_timeout = 5min
autovacuum = on

# Seven files at most, none with a word of a call: no statements, no parameters, no errors of statements (which quote
# values), no details.
logging_collector = on
log_destination = 'stderr'
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_file_mode = 0600
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = 'none'
log_min_duration_statement = -1
log_min_duration_sample = -1
log_duration = off
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_autovacuum_min_duration = -1
log_checkpoints = off
log_lock_waits = off
log_temp_files = -1
log_connections = ''
log_disconnections = off
"""

# Whom the operating system vouches for, and nobody else; no line for a network, so that none is let in.
CLIENTS = """\
# Written by stimmung before each start: the owner of the data folder, by the operating system's word.
local all all peer map=stimmung
"""


def server_files(account: str, shared_megabytes: int) -> Mapping[str, str]:
    """Return the server's settings by file name; `account` is the name of the one operating system user let in.

    `shared_megabytes` is the memory for pages that were read.
    """
    quoted = account.replace('"', '""')
    names = "".join(f'stimmung "{quoted}" {role}\n' for role in (ADMIN, ROLE))
    server = SERVER.format(port=PORT, shared_buffers=shared_megabytes)
    return {"postgresql.conf": server, "pg_hba.conf": CLIENTS, "pg_ident.conf": f"# Written by stimmung.\n{names}"}
