import { CampaignError } from '../../errors';

/**
 * Node's own SQLite. Node 24.0 to 24.14 warn that it is experimental, once per process and on stderr, where n8n's
 * operators would take it for a fault of theirs: the warning of this one require is swallowed.
 */
export function nodeSqlite(): typeof import('node:sqlite') {
	const { emitWarning } = process;
	process.emitWarning = () => {};
	try {
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded late, inside the guard
		return require('node:sqlite') as typeof import('node:sqlite');
	} catch {
		throw new CampaignError(
			'node_too_old',
			`The embedded campaign store needs Node.js 24 or newer; this is ${process.version}.`,
			'n8n 2.41 needs Node.js 24 itself. Update Node.js, or use a PostgreSQL store.',
		);
	} finally {
		process.emitWarning = emitWarning;
	}
}
