import type { EventPlan } from '../plan';
import type { Scratch } from '../scratch';
import { AtLeastOne } from './at-least-one';
import { codesOfDays, codesOfInterest, codesOfProperty } from './codes';
import { Count } from './count';
import { Distinct, FewDistinct } from './distinct';
import { DistinctDays } from './distinct-days';
import { Extreme } from './extreme';
import { Predominant, Share } from './interest';
import type { Kernel } from './kernel';
import { Occurrence } from './occurrence';
import { Total } from './total';

export interface KernelOptions {
	/** Slots. */
	size: number;
	zone: string;
	/** Different values kept at a time. */
	pairs: number;
	/** A kernel that is cheaper, but is `full` when there are many different values. */
	few: boolean;
	scratch: Scratch;
}

export function startKernel(plan: EventPlan, options: KernelOptions): Kernel {
	const { measure } = plan;
	const { size, zone, pairs, few, scratch } = options;
	switch (measure.kind) {
		case 'atLeastOne':
			return new AtLeastOne(size);
		case 'occurrence':
			return new Occurrence(measure, size, scratch);
		case 'count':
			return new Count(measure, size, scratch);
		case 'sum':
		case 'average':
			return new Total(measure, size, scratch);
		case 'min':
		case 'max':
			return new Extreme(measure, size, scratch);
		case 'distinct': {
			const codes = codesOfProperty(measure.path);
			return few ? new FewDistinct(measure, size, codes, scratch) : new Distinct(measure, size, codes, pairs, scratch);
		}
		case 'distinctDays': {
			const days = DistinctDays.of(plan, measure, size, zone, scratch);
			return days ?? new Distinct(measure, size, codesOfDays(zone), pairs, scratch);
		}
		case 'predominantly':
			return new Predominant(size, codesOfInterest(measure.of, measure.value, zone), pairs, scratch);
		case 'share':
			return new Share(measure, size, codesOfInterest(measure.of, measure.value, zone), scratch);
	}
}
