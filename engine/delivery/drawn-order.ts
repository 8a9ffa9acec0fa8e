import { mulberry32 } from '../campaigns/shuffle';
import type { RunRow } from './checks/candidate';
import { hasLimits } from './places';
import type { MessageClaim } from './claim';

/**
 * The order in which messages take the places that a limit leaves: people of a selected run in an order drawn from its
 * seed, others as they come. (A batch is in no random order itself: entries are made by number.)
 */
export function inDrawnOrder(messages: readonly MessageClaim[], runs: ReadonlyMap<number, RunRow>): MessageClaim[] {
	const drawn = messages.map((message, index) => {
		const run = runs.get(message.run);
		const isDrawn = run !== undefined && run.qualified > 0 && hasLimits(run.who);
		return { message, index, place: isDrawn ? mulberry32(Math.imul(message.person, 0x9e3779b1) ^ run.seed)() : 0 };
	});
	return drawn.sort((a, b) => a.place - b.place || a.index - b.index).map(({ message }) => message);
}
