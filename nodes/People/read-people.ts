import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { PersonName } from '../../engine/people/person';
import type { Profile, StoredEvent } from '../../engine/people/records';
import type { Store } from '../../engine/store/store';
import { eachItem } from '../shared/each-item';
import { userOf } from '../shared/items';

/** One person per item, with their latest events. */
export async function getPeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const name = nameAt(context, index);
		const found = await store.call('getPerson', { name, events: context.getNodeParameter('events', index) as number });
		if (!found) throw new CampaignError('person_unknown', `There is no person with ${inWords(name)}.`, 'Check the value, and that the node points at the right store.');
		return personOf(found.profile, found.events);
	});
}

/** Erases one person per item; somebody who is not there is no error, for the result is the same. */
export async function erasePeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const { erased } = await store.call('erasePerson', { name: nameAt(context, index) });
		return { erased: erased > 0 };
	});
}

function nameAt(context: IExecuteFunctions, index: number): PersonName {
	const by = context.getNodeParameter('by', index) as 'id' | 'anonymousId' | 'email';
	const value = String(context.getNodeParameter('value', index) ?? '').trim();
	if (value === '') throw new CampaignError('person_unnamed', 'The value that names the person is empty.', 'Fill in "Value", for example with an expression on the item.');
	return { [by]: value } as PersonName;
}

function inWords(name: PersonName): string {
	const [[by, value] = ['', '']] = Object.entries(name);
	return `${{ id: 'the user ID', anonymousId: 'the anonymous ID', email: 'the email' }[by] ?? by} "${value}"`;
}

function personOf(profile: Profile, events: StoredEvent[]): IDataObject {
	const iso = (time: number) => new Date(time).toISOString();
	return {
		user: {
			...userOf(profile),
			anonymousIds: profile.anonymousIds,
			push: profile.push.map(({ token, kind, seenAt }) => ({ token, kind, seenAt: seenAt === undefined ? null : iso(seenAt) })),
			createdAt: iso(profile.createdAt),
			updatedAt: iso(profile.updatedAt),
		},
		events: events.map(({ name, ts, properties }) => ({ name, ts: iso(ts), properties: properties as IDataObject })),
	};
}
