import type { EventBatch } from './columns';
import { startKernel } from './kernels/start';
import type { Kernel } from './kernels/kernel';
import { CompactLayout, DirectLayout, type Layout } from './layouts';
import type { PeopleSet } from './people-set';
import type { EventPlan } from './plan';
import type { Scene } from './scene';
import { scanEvents } from './scan';

/** The candidates whose events are what the plan wants. */
export async function holdersOf(plan: EventPlan, candidates: PeopleSet, scene: Scene, layoutOf = peopleLayout): Promise<PeopleSet> {
	const few = plan.measure.kind === 'distinct' && (await gather(plan, candidates, scene, layoutOf, true));
	const found = few || (await gather(plan, candidates, scene, layoutOf, false));
	if (found) return found;
	const [low, high] = candidates.halves();
	const all = await holdersOf(plan, low, scene, layoutOf);
	all.addAll(await holdersOf(plan, high, scene, layoutOf));
	return all;
}

/** Undefined when there are more different values than fit: then half of the candidates are asked about at a time. */
async function gather(
	plan: EventPlan,
	candidates: PeopleSet,
	scene: Scene,
	layoutOf: typeof peopleLayout,
	few: boolean,
): Promise<PeopleSet | undefined> {
	const { scratch, zone } = scene;
	const mark = scratch.mark();
	const layout = layoutOf(plan, candidates, scene);
	const pairs = candidates.count() <= 1 ? Infinity : scene.pairs;
	const kernel = startKernel(plan, { size: layout.size, zone, pairs, few, scratch });
	const complete = await scanEvents(scene.source, scanOf(plan, layout, scene), (batch, name) => {
		take(batch, name, plan, layout, kernel, scene);
		return kernel.full !== true;
	});
	const found = complete ? layout.candidatesAt(kernel.holding()) : undefined;
	scratch.release(mark);
	return found;
}

function scanOf({ names, from, to, properties, times }: EventPlan, layout: Layout, { range }: Scene) {
	return { range, names, from, to, times, properties: (name: string) => [...properties, ...(layout.properties?.(name) ?? [])] };
}

function take(batch: EventBatch, name: string, plan: EventPlan, layout: Layout, kernel: Kernel, { selection }: Scene): void {
	const columns = plan.where.map(({ path, test }) => ({ column: batch.property(path), test }));
	selection.begin(batch);
	selection.narrowToWindow(batch, plan.from, plan.to);
	// Where a condition is tested once per value, before people are looked up; where it is tested once per row, after.
	for (const { column, test } of columns) if (column.dictionary) selection.narrow(column, test);
	if (selection.count > 0) layout.place(batch, selection, name);
	for (const { column, test } of columns) if (!column.dictionary) selection.narrow(column, test);
	if (selection.count > 0) kernel.add(batch, selection);
}

/** Many people have a slot each without a look at the candidates; few, or where every slot costs much, in a compact layout. */
function peopleLayout({ measure, where }: EventPlan, candidates: PeopleSet, { range, scratch }: Scene): Layout {
	const costly = measure.kind === 'distinct' || measure.kind === 'predominantly' || measure.kind === 'distinctDays';
	const isCheap = measure.kind === 'atLeastOne' && where.length === 0;
	const compact = !isCheap && candidates.count() * (costly ? 2 : 4) <= candidates.size;
	return compact ? new CompactLayout(candidates, range.from, scratch) : new DirectLayout(candidates, range.from);
}
