import type { Schedule } from '../../engine/campaigns/definition';
import { takesOneByOne, type WhoGetsIt } from '../../engine/campaigns/who-gets-it';

/** How many are sent to at most, and who of those who qualify: what nobody can say of one person. */
export function mostInWords({ limits, safetyCheck }: WhoGetsIt, schedule: Schedule): string | undefined {
	const oneByOne = takesOneByOne(schedule);
	const limitsOf = [[limits.perRun, oneByOne ? 'of the whole run' : 'of each run'], [limits.perDay, 'a day'], [limits.total, 'in total']] as const;
	const most = limitsOf.flatMap(([count, of]) => (count === undefined ? [] : [`${count.toLocaleString('en')} people ${of}`]));
	const drawn = oneByOne ? 'in the order in which they come in' : 'drawn at random where they come at once';
	const sentences = [
		...(most.length > 0 ? [`At most ${most.join(', ')} are sent to, ${drawn}.`] : []),
		...(safetyCheck !== undefined ? [`A run for more than ${safetyCheck.toLocaleString('en')} people does not start.`] : []),
	];
	return sentences.length > 0 ? sentences.join(' ') : undefined;
}

/** What the safety check says of as many people as qualify now. */
export function tooMany(people: number, { safetyCheck = Infinity }: WhoGetsIt, schedule: Schedule): string[] {
	if (people <= safetyCheck || takesOneByOne(schedule)) return [];
	return [`The run would not start: ${people.toLocaleString('en')} people qualify now, more than the ${safetyCheck.toLocaleString('en')} that its safety check allows.`];
}
