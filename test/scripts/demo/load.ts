import path from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

interface Modules {
	activity: typeof import('../../../scripts/demo/activity.mjs');
	audience: typeof import('../../../scripts/demo/audience.mjs');
	demo: typeof import('../../../scripts/demo/demo.mjs');
	ledger: typeof import('../../../scripts/demo/ledger.mjs');
	people: typeof import('../../../scripts/demo/people.mjs');
	providers: typeof import('../../../scripts/demo/providers.mjs');
	purchases: typeof import('../../../scripts/demo/purchases.mjs');
	random: typeof import('../../../scripts/demo/random.mjs');
	verify: typeof import('../../../scripts/demo/verify.mjs');
}

/**
 * Loads a module of the demo as Node itself does; Jest loads ES modules only behind an experimental flag. Its maps and
 * sets are of Node's own realm: compare them as arrays.
 */
export async function load<Name extends keyof Modules>(name: Name): Promise<Modules[Name]> {
	const url = pathToFileURL(path.resolve(__dirname, `../../../scripts/demo/${name}.mjs`)).href;
	const script = new vm.Script(`import(${JSON.stringify(url)})`, {
		importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
	});
	return (await script.runInThisContext()) as Modules[Name];
}
