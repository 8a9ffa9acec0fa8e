import { CampaignError } from '../errors';
import { MOST_DATES, type Schedule } from './definition';
import { checkRecurrence } from './recurrence/check';

/** Refuses a schedule that cannot be meant, with `schedule_invalid` or `recurrence_invalid`. Whether its dates have passed is for publishing. */
export function checkSchedule(schedule: Schedule): void {
	if (schedule.kind === 'recurring') checkRecurrence(schedule.recurrence);
	if (schedule.kind === 'dates') checkDates(schedule.at);
}

function checkDates(dates: number[]): void {
	if (dates.length === 0) throw new CampaignError('schedule_invalid', 'The campaign has no date to run on.', 'Add one or more dates.');
	if (dates.length > MOST_DATES) {
		throw new CampaignError('schedule_invalid', `The campaign has ${dates.length} dates; up to ${MOST_DATES} are possible.`, 'Let it recur instead, or make a second campaign.');
	}
	const again = dates.findIndex((at, index) => dates.indexOf(at) !== index);
	if (again < 0) return;
	const first = dates.indexOf(dates[again] as number);
	throw new CampaignError('schedule_invalid', `Date ${again + 1} is the same as date ${first + 1}.`, 'A campaign runs once at one time: remove one of them.');
}
