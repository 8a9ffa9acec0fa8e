import type { ColumnSource, EventTimes } from './columns';
import { compileSame } from './compile';
import { LEAST_PAIRS, LIMITS, widthOfRanges, type Limits } from './limits';
import type { OperatorContext } from './operators';
import { PeopleSet } from './people-set';
import type { SamePlan } from './plan';
import { listedRanges, setOf } from './ranges';
import type { Rule, SameRule } from './rule';
import { forEachPairs, type Pairs } from './same';
import { scanEvents } from './scan';
import type { Scene } from './scene';
import { withScratch } from './scratch';
import { Selection } from './selection';
import type { Scalar } from './values';

export interface SameValuesOptions extends Partial<Limits> {
	/** Values per person. Default 5. */
	most?: number;
}

/**
 * What a constant event property stands for in messages: by person number, the values for which the rule inside the
 * first `same` of the rule (depth first, not under `not`) holds, newest first. A value is as new as the newest event, up
 * to now, that carries it, among events that the inner rule wants done; values that none of these carries follow, by the
 * newest of the other events it names. People without such a value are left out. Undefined when the rule has no such `same`. `people`: person numbers.
 */
export async function sameValues(
	source: ColumnSource,
	rule: Rule,
	people: ArrayLike<number>,
	context: OperatorContext,
	options: SameValuesOptions = {},
): Promise<Map<number, Scalar[]> | undefined> {
	const same = firstSame(rule);
	if (!same) return undefined;
	const plan = compileSame(same, context);
	const { most = 5, ...limits } = options;
	const bounds = { ...LIMITS, ...limits };
	const only = Uint32Array.from(new Set(Array.from(people))).sort();
	return await withScratch(async (scratch) => {
		const found = new Map<number, Scalar[]>();
		const shared = { source, ...context, selection: new Selection(), scratch, pairs: bounds.pairs ?? LEAST_PAIRS };
		for (const { range } of listedRanges(only, widthOfRanges(bounds, 1))) {
			const scene = { ...shared, range };
			const candidates = setOf(only, range);
			await forEachPairs(plan, candidates, scene, async (pairs) => {
				const numbers = pairs.people.members().numbers(range.from);
				for (const [slot, values] of await newestFirst(plan, pairs, scene)) found.set(numbers[slot] as number, values.slice(0, most));
			});
		}
		return found;
	});
}

/** Whether a rule may hold a `same` that stands for something in messages: a saved segment it names may do so. */
export function mayHoldSame(rule: Rule): boolean {
	if ('same' in rule || 'segment' in rule) return true;
	return ('all' in rule ? rule.all : 'any' in rule ? rule.any : []).some(mayHoldSame);
}

function firstSame(rule: Rule): SameRule | undefined {
	if ('same' in rule) return rule;
	const parts = 'all' in rule ? rule.all : 'any' in rule ? rule.any : [];
	for (const part of parts) {
		const same = firstSame(part);
		if (same) return same;
	}
	return undefined;
}

/** By slot of the person: the values of the holding pairs. */
async function newestFirst(plan: SamePlan, pairs: Pairs, scene: Scene): Promise<Map<number, Scalar[]>> {
	const ordered = await byNewest(plan.newest, pairs, pairs.holding, scene);
	if (ordered.untold.count() > 0) {
		const others = [...plan.paths.keys()].filter((name) => !plan.newest.includes(name));
		ordered.pairs.push(...(await byNewest(others, pairs, ordered.untold, scene)).pairs);
	}
	const values = new Map<number, Scalar[]>();
	for (const pair of ordered.pairs) {
		const slot = pairs.table.slots[pair] as number;
		const value = pairs.values.values[pairs.table.codes[pair] as number] as Scalar;
		values.set(slot, [...(values.get(slot) ?? []), value]);
	}
	return values;
}

interface Ordered {
	/** Newest first. */
	pairs: number[];
	/** Those that no event of the names carries. */
	untold: PeopleSet;
}

async function byNewest(names: readonly string[], pairs: Pairs, asked: PeopleSet, { source, range, now, selection }: Scene): Promise<Ordered> {
	const layout = pairs.layoutFor(asked);
	const times = new Float64Array(layout.size);
	/** Of values equally new, that of the later event to arrive is the newer, or the later one in the list of one event. */
	const arrivals = new Float64Array(layout.size);
	let arrived = 0;
	const scan = { range, names, from: -Infinity, to: now, times: true, properties: (name: string) => layout.properties(name) };
	await scanEvents(source, scan, (batch, name) => {
		selection.begin(batch);
		selection.narrowToWindow(batch, -Infinity, now);
		layout.place(batch, selection, name);
		const { base, offsets } = batch.time as EventTimes;
		for (let index = 0; index < selection.count; index++) {
			const pair = selection.slots[index] as number;
			const time = base + (offsets[selection.rows[index] as number] as number);
			if (arrivals[pair] !== 0 && time < (times[pair] as number)) continue;
			times[pair] = time;
			arrivals[pair] = ++arrived;
		}
		return true;
	});
	const newer = (a: number, b: number) => (times[b] as number) - (times[a] as number) || (arrivals[b] as number) - (arrivals[a] as number);
	const told = Array.from(asked.numbers()).filter((pair) => arrivals[pair] !== 0);
	const untold = new PeopleSet(asked.size);
	asked.forEach((pair) => untold.set(pair, arrivals[pair] === 0));
	return { pairs: told.sort(newer), untold };
}
