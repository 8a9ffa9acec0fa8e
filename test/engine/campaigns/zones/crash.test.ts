import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';

import type { PeopleCursor, PersonOfRun } from '../../../../engine/reports/people-of-run';
import { timeWords } from '../../../../engine/reports/words';
import type { Store, StoreOptions } from '../../../../engine/store/store';
import { localInstant } from '../../../../engine/time/local';
import { seededRandom } from '../../../support/kills';
import { describeStores, START } from '../../../support/stores';
import { publishByZones, reportOf } from '../../../support/zone-runs';
import { RUN_TS } from '../../../support/run-ts';

const PROCESS = path.join(__dirname, '../../../support/zone-process.ts');
const QUARTER = 15 * 60_000;
const HOUR = 4 * QUARTER;
const MOMENT = START + 20 * HOUR;
const FROM = MOMENT - 15 * HOUR;
const UNTIL = MOMENT + 12 * HOUR;
const ZONES = Intl.supportedValuesOf('timeZone');
const KILLS = 6;
interface Conductor {
	child: ChildProcess;
	lines: Interface;
	/** How far it has got, by its word. */
	done: number;
}

function conduct(options: StoreOptions, from: number): Conductor {
	const { clock: _clock, ...plain } = options;
	const child = spawn(process.execPath, [...RUN_TS, PROCESS, JSON.stringify(plain), String(from), String(UNTIL)], { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
	const conductor: Conductor = { child, lines, done: from };
	lines.on('line', (line) => (conductor.done = Number(line)));
	return conductor;
}

function letGo({ child }: Conductor, until: number): void {
	child.stdin?.write(`${until}\n`);
}

/** Kills it once it has got so far. Its own moments, not those of the clock, tell when: machines differ. */
async function killAt(conductor: Conductor, time: number): Promise<void> {
	while (conductor.done < time) await once(conductor.lines, 'line');
	conductor.child.kill('SIGKILL');
	await ended(conductor);
	expect(conductor.child.signalCode).toBe('SIGKILL');
}

async function ended({ child }: Conductor): Promise<number | null> {
	if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	return child.exitCode;
}

async function everybody(store: Store, run: number): Promise<PersonOfRun[]> {
	const people: PersonOfRun[] = [];
	let after: PeopleCursor | undefined;
	do {
		const page = await store.ask('peopleOfRun', { run, after });
		people.push(...page.people);
		after = page.next;
	} while (after);
	return people;
}

jest.setTimeout(240_000);

describeStores('processes killed while they select zones', (fixture) => {
	test('have selected everybody once, for the moment of their zone', async () => {
		const { store, options } = fixture();
		const ids = ZONES.flatMap((zone) => [`${zone} 1`, `${zone} 2`]);
		await store.call('ingest', { profiles: ids.map((id) => ({ id, timezone: id.split(' ')[0] as string })) });
		const run = await publishByZones(store, MOMENT, {}, { blockSize: 1 });
		const random = seededRandom();
		const running = [conduct(options, FROM), conduct(options, FROM)];
		for (let kill = 0; kill < KILLS; kill++) {
			const [start, end] = [kill, kill + 1].map((part) => FROM + ((UNTIL - FROM) * part) / KILLS) as [number, number];
			for (const conductor of running) letGo(conductor, end - QUARTER);
			const place = kill % 2;
			const victim = running[place] as Conductor;
			await killAt(victim, start + 0.8 * random() * (end - start));
			running[place] = conduct(options, victim.done);
		}
		for (const conductor of running) letGo(conductor, UNTIL);
		for (const conductor of running) expect(await ended(conductor)).toBe(0);

		const expected = ids.map((id) => ({ id, detail: `Waits at "trigger" until ${timeWords(localInstant(MOMENT, id.split(' ')[0] as string), 'UTC')}` }));
		const byId = (a: { id: string | null }, b: { id: string | null }) => (String(a.id) < String(b.id) ? -1 : 1);
		const found = (await everybody(store, run)).map(({ id, detail }) => ({ id, detail }));
		expect(found.sort(byId)).toEqual(expected.sort(byId));
		const report = await reportOf(store, run);
		expect(report).toMatchObject({ state: 'running', qualified: ids.length, waiting: ids.length, unaccounted: 0 });
		expect(report.zones).toMatchObject({ waiting: 0, dropped: 0 });
	});
});
