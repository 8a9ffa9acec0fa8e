// Opens one engine, asks one question and prints how long that took; with `times`, how long it took the times after.
import { openDuckdb } from './engines/duckdb.mjs';
import { openOwnStore } from './engines/store.mjs';

const { store, duckdb, key, times } = JSON.parse(process.argv[2]);
const engine = store ? await openOwnStore({ ...store, warm: true }, 'store') : await openDuckdb(duckdb);

async function timed() {
	const started = performance.now();
	await engine.ask(key);
	return performance.now() - started;
}

const first = await timed();
const later = [];
for (let index = 0; index < (times ?? 0); index++) later.push(await timed());
console.log(JSON.stringify(times ? later : first));
await engine.close();
