import type { Schedule } from '../../engine/campaigns/definition';
import { goesByZones } from '../../engine/campaigns/delivery-rules';
import { begin } from '../../engine/campaigns/recurrence/begin';
import { nextOccurrence } from '../../engine/campaigns/recurrence/occurrences';
import { spanOf, type Timed } from '../../engine/campaigns/time-to-live';
import { timeWords } from '../../engine/reports/words';
import { localTimeOf } from '../../engine/time/local';

/** What may be meant, but seldom is; for the operator. What nobody can have meant is refused: see readDelivery and the engine. */
export function deliveryWarnings(campaign: Timed): string[] {
	const { delivery, schedule } = campaign;
	return [
		...cutOffWarnings(campaign),
		...timeToLiveWarnings(campaign),
		...(delivery?.checkSegmentAgain && schedule.kind === 'items' ? ['"Check Segment Again on Release" has no effect: people who are added come from no segment.'] : []),
	];
}

function cutOffWarnings({ delivery, schedule }: Timed): string[] {
	const { clock = 'UTC', cutOff, bestTime } = delivery ?? {};
	if (!cutOff) return [];
	const warnings: string[] = [];
	if (momentsOf(schedule).some((moment) => cutOff.minute <= minuteOf(moment, clock))) {
		const then = cutOff.then === 'pause' ? 'everybody waits until midnight' : 'it is that of the next day';
		warnings.push(`The cut-off time is not after the time to send at, so ${then}.`);
	}
	if (schedule.kind === 'recurring' && cutOff.minute <= schedule.recurrence.minute) {
		warnings.push('The cut-off time is not after the time of the recurring run.');
	}
	if (bestTime) warnings.push('With a best time, people are sent to over 24 hours. Those whose time is after the cut-off are held up by it.');
	return warnings;
}

/** Where it keeps some people from being sent to, by when they are due. */
function timeToLiveWarnings(campaign: Timed): string[] {
	const { delivery, schedule } = campaign;
	const ttlAt = delivery?.ttlAt;
	if (ttlAt === undefined) return [];
	if (schedule.kind === 'recurring') {
		const after = nextOccurrence(begin(schedule.recurrence, undefined, ttlAt), ttlAt);
		return after === undefined ? [] : [`The campaign recurs after "Time to Live Until": from ${timeWords(after, schedule.recurrence.zone)} on, nobody is sent to.`];
	}
	const spans = momentsOf(schedule).map((moment) => spanOf(campaign, moment));
	const over = spans.filter(({ first }) => first >= ttlAt).length;
	const cut = spans.some(({ first, last }) => first < ttlAt && last >= ttlAt);
	return [
		...(over > 0 && over < spans.length ? [`${over} of ${spans.length} dates are not before "Time to Live Until": nobody is sent to on them.`] : []),
		...(cut && goesByZones(campaign) ? ['"Time to Live Until" may come before everybody\'s own time to be sent to. Whoever it comes before is not sent to.'] : []),
	];
}

function momentsOf(schedule: Schedule): number[] {
	return schedule.kind === 'at' ? [schedule.at] : schedule.kind === 'dates' ? schedule.at : [];
}

function minuteOf(instant: number, zone: string): number {
	const { hour, minute } = localTimeOf(instant, zone);
	return hour * 60 + minute;
}
