import type { AwaitedEvent } from '../../engine/campaigns/live/trigger';
import { CampaignError } from '../../engine/errors';
import { builderToRule, type BuilderFilter, type EventRule } from '../../engine/segments';
import { nameOf } from './name-fields';

/** A filter as `filterFields` holds it: its property is a field of its own kind. */
export type FormFilter = Omit<BuilderFilter, 'property'> & { property?: unknown };

/** An event with conditions on its properties, as the segment's builder reads them. Throws `invalid_awaited`. */
export function readAwaitedEvent(event: string, filters: FormFilter[]): AwaitedEvent {
	const named = filters.map((filter) => ({ ...filter, property: nameOf(filter.property) }));
	const built = builderToRule({ groups: [{ conditions: [{ type: 'did', event, filters: named }] }] });
	if ('rule' in built) return { event, where: (built.rule as EventRule).where ?? [] };
	const errors = built.errors.map((error) => error.replace(/^Group 1, condition 1(?:: |, )/, ''));
	throw new CampaignError('invalid_awaited', `The event that is waited for cannot be used. ${errors.join('; ')}`, 'Correct these places.');
}
