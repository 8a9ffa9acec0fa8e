// `node --require scripts/register-ts.cjs x.ts`: runs TypeScript as it stands, in threads and processes that tests start,
// too. Each of them loads some hundred files, so what a file becomes is kept, by its text. CAMPAIGNS_SOURCE_MAPS=1 gives stack
// traces the lines of the source.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { enableCompileCache, Module } = require('node:module');
const { join } = require('node:path');

const KEPT = join(__dirname, '..', '.runtime', 'typescript');

/** What decides what a file becomes, beside its text. */
const OPTIONS = {
	jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022', transform: { useDefineForClassFields: true } },
	module: { type: 'commonjs' },
	// Of no use to most who run tests, and each file would take twice as long to load.
	sourceMaps: process.env.CAMPAIGNS_SOURCE_MAPS ? 'inline' : false,
};
const VERSION = `${require('@swc/core/package.json').version} ${JSON.stringify(OPTIONS)}`;

mkdirSync(KEPT, { recursive: true });
enableCompileCache(join(KEPT, 'compiled'));
if (process.env.CAMPAIGNS_SOURCE_MAPS) process.setSourceMapsEnabled(true);

Module._extensions['.ts'] = (module, filename) => module._compile(javascriptOf(filename), filename);

function javascriptOf(filename) {
	const source = readFileSync(filename, 'utf8');
	const kept = join(KEPT, `${createHash('sha256').update(VERSION).update(filename).update(source).digest('hex').slice(0, 32)}.js`);
	try {
		return readFileSync(kept, 'utf8');
	} catch {
		const { code } = require('@swc/core').transformSync(source, { ...OPTIONS, filename });
		// Others may write the same at the same time.
		const own = `${kept}.${process.pid}.${Math.random().toString(36).slice(2)}`;
		writeFileSync(own, code);
		renameSync(own, kept);
		return code;
	}
}
