import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from './load';

type Modules = Awaited<ReturnType<typeof loadAll>>;
type Evidence = Parameters<Modules['verify']>[0];
type Line = NonNullable<Evidence['report']['people']>[number];
let modules: Modules;
let folder: string;
let file: string;
let expected: Evidence['expected'];

async function loadAll() {
	return { ...(await load('audience')), ...(await load('ledger')), ...(await load('verify')) };
}

beforeAll(async () => {
	modules = await loadAll();
	expected = modules.expected(modules.makeAudience({ people: 3000, events: 24_000, seed: 11 }));
	folder = mkdtempSync(path.join(tmpdir(), 'demo-verify-'));
	file = path.join(folder, 'ledger.jsonl');
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A world where everything went right but for one person, whom the first provider did not answer. */
function rightWorld() {
	const [hungry = '', ...others] = [...expected.sent];
	const lucky = expected.sharing.map(({ ids }) => ids[0] ?? '');
	const lines: Line[] = [
		{ id: hungry, outcome: 'unknown', reason: 'unknown_outcome', provider: 'twilio' },
		...[...others, ...lucky].map((id): Line => ({ id, outcome: 'sent', provider: 'twilio' })),
		...unsent(expected.notReachable, 'profile_not_reachable'),
		...unsent(expected.invalidPhone, 'invalid_recipient'),
		...unsent(expected.sharing.flatMap(({ ids }) => ids.slice(1)), 'duplicate_address'),
	];
	writeFileSync(file, '');
	note('hung', hungry);
	for (const id of [...others, ...lucky]) note('accepted', id);
	const run = { qualified: lines.length, sent: others.length + lucky.length, held: 0, notSent: modules.reasonsExpected(expected), failed: 0, unknown: 1, conversions: 3, revenue: 30.1 };
	return { lines, run, hungry, others, lucky };
}

function unsent(ids: Iterable<string>, reason: string) {
	return [...ids].map((id): Line => ({ id, outcome: 'not_sent', reason }));
}

function note(outcome: string, id: string, provider = 'twilio') {
	const to = expected.numberOf.get(id) ?? id;
	appendFileSync(file, `${JSON.stringify({ provider, to, body: 'hi', at: '', outcome })}\n`);
}

type World = ReturnType<typeof rightWorld>;

function problemsOf({ lines, run }: World, options: Partial<Evidence> = {}) {
	const report = { runs: [run], people: lines };
	return modules.verify({ expected, ledger: modules.readLedger(file), report, ...options });
}

it('is content when everything went right, with and without the list of people', () => {
	const world = rightWorld();
	expect(world.lucky.length).toBeGreaterThan(3);
	expect(expected.invalidPhone.size).toBeGreaterThan(0);
	expect(problemsOf(world, { purchases: { conversions: 3, revenue: 30.1 } })).toEqual({ ok: true, problems: [] });
	expect(problemsOf(world, { report: { runs: [world.run] } })).toEqual({ ok: true, problems: [] });
});

it('lets any one person of those who share a number get the message', () => {
	const world = rightWorld();
	const [first = '', second = ''] = expected.sharing[0]?.ids ?? [];
	change(world, first, { outcome: 'not_sent', reason: 'duplicate_address', provider: null });
	change(world, second, { outcome: 'sent', reason: null, provider: 'twilio' });
	expect(problemsOf(world).problems).toEqual([]);
});

it('allows what was in flight at a kill to be unknown, accepted or not', () => {
	const world = rightWorld();
	for (const id of world.others.slice(0, 2)) change(world, id, { outcome: 'unknown' });
	world.run.sent -= 2;
	world.run.unknown += 2;
	expect(problemsOf(world, { allowUnknown: 2 }).problems).toEqual([]);
	expect(problemsOf(world, { allowUnknown: 1 }).problems).toEqual(['3 outcomes are unknown: more than the 1 unanswered requests and the 1 allowed']);
});

function change(world: World, id: string, fields: Partial<Line>) {
	Object.assign(world.lines.find((line) => line.id === id) ?? {}, fields);
}

describe('finds', () => {
	const cases: [string, (world: World) => void, RegExp][] = [
		['a second message', ({ others }) => note('accepted', others[0] ?? '', 'generic'), /^1 got more than one message: \+1/],
		['a message to a stranger', () => note('accepted', '+12125550000'), /^1 got a message but should not have: \+12125550000/],
		['a request about a stranger', () => note('refused', '+12125550000'), /^1 were asked for/],
		['a fail-over after an unknown outcome', ({ hungry }) => note('accepted', hungry, 'generic'), /although the first one's outcome was unknown/],
		['a lost message', dropLast, /^2 got no message, and only 1 are reported/],
		['a message reported that no provider accepted', dropLast, /^1 are listed as sent, but no provider accepted it/],
		['a message by another provider than reported', (world) => change(world, world.others[0] ?? '', { provider: 'generic' }), /^1 are listed as sent by another provider/],
		['an unanswered request taken for sent', (world) => change(world, world.hungry, { outcome: 'sent' }), /listed as something else than unknown/],
		['somebody left out', ({ lines }) => void lines.pop(), /^1 qualify but are not listed/],
		['somebody listed twice', ({ lines }) => void lines.push(lines[0]!), /^1 are listed more than once/],
		['somebody who does not qualify', ({ lines }) => void lines.push({ id: 'x', outcome: 'sent' }), /^1 are listed but do not qualify: x/],
		['somebody still held', (world) => change(world, world.others[0] ?? '', { outcome: 'held' }), /^1 are still held/],
		['somebody not sent to', (world) => change(world, world.others[0] ?? '', { outcome: 'not_sent', reason: 'dnd_discarded' }), /^1 should have been sent to/],
		['a message reported as not sent', (world) => change(world, world.others[0] ?? '', { outcome: 'not_sent', reason: 'dnd_discarded' }), /^1 are listed as not sent, but a provider accepted it/],
		['a wrong reason', (world) => change(world, [...expected.invalidPhone][0] ?? '', { reason: 'profile_not_reachable' }), /^1 should be listed as not sent, invalid_recipient/],
		['an opted-out person sent to', (world) => change(world, [...expected.notReachable][0] ?? '', { outcome: 'sent' }), /^1 should be listed as not sent, profile_not_reachable/],
		['nobody of those who share a number', ({ lines, lucky }) => Object.assign(lines.find(({ id }) => id === lucky[0]) ?? {}, { outcome: 'not_sent', reason: 'duplicate_address' }), /^1 belong to several people/],
		['all of those who share a number', ({ lines }) => Object.assign(lines.find(({ id }) => id === expected.sharing[0]?.ids[1]) ?? {}, { outcome: 'sent' }), /^1 belong to several people/],
		['a wrong number of qualified', ({ run }) => run.qualified++, /^qualified: \d+ instead of \d+$/],
		['a wrong number of sent', ({ run }) => run.sent++, /^sent and unknown together: /],
		['somebody held in the numbers', ({ run }) => (run.held = 1), /^held: 1 instead of 0$/],
		['failures', ({ run }) => (run.failed = 2), /^failed: 2 instead of 0$/],
		['a wrong number of a reason', ({ run }) => (run.notSent = { ...run.notSent, invalid_recipient: 0 }), /^not sent, invalid_recipient: 0 instead of/],
		['a reason that should not be', ({ run }) => (run.notSent = { ...run.notSent, entry_lost: 1 }), /^not sent, entry_lost: 1 instead of 0$/],
		['numbers that are not those of the list', ({ run }) => run.sent--, /^sent in the numbers, compared with the list of people,: /],
		['wrong conversions', ({ run }) => run.conversions++, /^conversions: 4 instead of 3$/],
		['wrong revenue', ({ run }) => (run.revenue += 0.01), /^revenue: 30.11 instead of 30.1$/],
	];

	function dropLast() {
		const lines = readFileSync(file, 'utf8').split('\n');
		writeFileSync(file, `${lines.slice(0, -2).join('\n')}\n`);
	}

	it.each(cases)('%s', (_what, spoil, message) => {
		const world = rightWorld();
		spoil(world);
		const { ok, problems } = problemsOf(world, { purchases: { conversions: 3, revenue: 30.1 } });
		expect(ok).toBe(false);
		expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
	});

	it('no run, or more than one', () => {
		const { run } = rightWorld();
		for (const runs of [[], [run, run]]) {
			expect(modules.verify({ expected, ledger: modules.readLedger(file), report: { runs } }).problems).toContain(`the report has ${runs.length} runs instead of 1`);
		}
	});
});
