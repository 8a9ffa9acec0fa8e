import { solve } from './algebra';
import { holdersOf } from './events';
import { CompactLayout } from './layouts';
import { PairLayout } from './pair-layout';
import { PairTable } from './pair-table';
import { PeopleSet } from './people-set';
import type { EventPlan, SamePlan } from './plan';
import { scanEvents } from './scan';
import type { Scene } from './scene';
import { ValueCodes } from './value-codes';

/** Pairs of a candidate (their slot in `people`) and a value that some event of theirs carries. */
export interface Pairs {
	table: PairTable;
	people: CompactLayout;
	values: ValueCodes;
	/** The pairs for which the inner rule holds. */
	holding: PeopleSet;
	layoutFor(candidates: PeopleSet): PairLayout;
}

/** The candidates who have a value for which the inner rule holds. */
export async function sameHolders(plan: SamePlan, candidates: PeopleSet, scene: Scene): Promise<PeopleSet> {
	const found = new PeopleSet(candidates.size);
	await forEachPairs(plan, candidates, scene, async ({ table, people, holding }) => {
		const slots = new PeopleSet(people.size);
		holding.forEach((pair) => slots.add(table.slots[pair] as number));
		found.addAll(people.candidatesAt(slots));
	});
	return found;
}

/**
 * Evaluates the inner rule in the algebra of sets of pairs. When there are more pairs than fit, half of the candidates
 * are evaluated at a time: `visit` is called several times.
 */
export async function forEachPairs(
	plan: SamePlan,
	candidates: PeopleSet,
	scene: Scene,
	visit: (pairs: Pairs) => Promise<void>,
): Promise<void> {
	const mark = scene.scratch.mark();
	const pairs = await gatherPairs(plan, candidates, scene);
	if (pairs) await visit(pairs);
	scene.scratch.release(mark);
	if (pairs) return;
	for (const half of candidates.halves()) await forEachPairs(plan, half, scene, visit);
}

/** Undefined when there are more than fit. */
async function gatherPairs(plan: SamePlan, candidates: PeopleSet, scene: Scene): Promise<Pairs | undefined> {
	const { source, range, now, selection } = scene;
	const [table, values] = [new PairTable(), new ValueCodes()];
	const people = new CompactLayout(candidates, range.from, scene.scratch);
	const most = people.size <= 1 ? Infinity : scene.pairs;
	const pathOf = (name: string) => plan.paths.get(name) as string;
	const scan = { range, names: [...plan.paths.keys()], from: -Infinity, to: now, times: false, properties: (name: string) => [pathOf(name)] };
	const complete = await scanEvents(source, scan, (batch, name) => {
		selection.begin(batch);
		selection.narrowToWindow(batch, -Infinity, now);
		people.place(batch, selection);
		const codesOf = values.of(batch.property(pathOf(name)));
		for (let index = 0; index < selection.count; index++) {
			for (const code of codesOf(selection.rows[index] as number)) table.add(selection.slots[index] as number, code);
		}
		return table.count <= most;
	});
	if (!complete) return undefined;
	const layoutFor = (pairs: PeopleSet) => new PairLayout(people, values, table, plan.paths, pairs);
	const holding = await solve(plan.rule, PeopleSet.full(table.count), async (part, pairs) => {
		return await holdersOf(part as EventPlan, pairs, scene, (_plan, some) => layoutFor(some));
	});
	return { table, people, values, holding, layoutFor };
}
