import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import type { PeopleCursor, PersonOfRun } from '../../../../engine/reports/people-of-run';
import { timeWords } from '../../../../engine/reports/words';
import type { Store, StoreOptions } from '../../../../engine/store/store';
import { localInstant } from '../../../../engine/time/local';
import { seededRandom } from '../../../support/kills';
import { describeStores, START } from '../../../support/stores';
import { publishByZones, reportOf } from '../../../support/zone-runs';

const PROCESS = path.join(__dirname, '../../../support/zone-process.ts');
const HOUR = 3_600_000;
const MOMENT = START + 20 * HOUR;
const UNTIL = MOMENT + 12 * HOUR;
const ZONES = Intl.supportedValuesOf('timeZone');
const KILLS = 5;

interface Conductor {
	child: ChildProcess;
	/** How far it has got, by its word. */
	done: number;
}

async function conduct(options: StoreOptions, from: number): Promise<Conductor> {
	const { clock: _clock, ...plain } = options;
	const child = spawn(process.execPath, ['--import', 'tsx', PROCESS, JSON.stringify(plain), String(from), String(UNTIL)], { stdio: ['ignore', 'pipe', 'inherit'] });
	const conductor: Conductor = { child, done: from };
	const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
	lines.on('line', (line) => (conductor.done = Number(line)));
	await once(lines, 'line');
	return conductor;
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
		const running = [await conduct(options, MOMENT - 15 * HOUR), await conduct(options, MOMENT - 15 * HOUR)];
		let kills = 0;
		while (kills < KILLS) {
			await sleep(random() * 400);
			const place = kills % 2;
			const victim = running[place] as Conductor;
			victim.child.kill('SIGKILL');
			if ((await ended(victim)) === 0) break;
			kills++;
			running[place] = await conduct(options, victim.done);
		}
		for (const conductor of running) expect(await ended(conductor)).toBe(0);
		expect(kills).toBeGreaterThan(1);

		const expected = ids.map((id) => ({ id, detail: `Waits at "trigger" until ${timeWords(localInstant(MOMENT, id.split(' ')[0] as string), 'UTC')}` }));
		const byId = (a: { id: string | null }, b: { id: string | null }) => (String(a.id) < String(b.id) ? -1 : 1);
		const found = (await everybody(store, run)).map(({ id, detail }) => ({ id, detail }));
		expect(found.sort(byId)).toEqual(expected.sort(byId));
		const report = await reportOf(store, run);
		expect(report).toMatchObject({ state: 'running', qualified: ids.length, waiting: ids.length, unaccounted: 0 });
		expect(report.zones).toMatchObject({ waiting: 0, dropped: 0 });
	});
});
