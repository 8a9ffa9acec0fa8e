import type { INodeListSearchItems } from 'n8n-workflow';

import { toE164 } from '../../engine/channels/phone';
import type { Profile } from '../../engine/people/records';
import type { Rule } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { profilesByNumber } from './releases';

/** Properties in which names of people are usually kept. */
const NAMES = ['name', 'Name', 'firstName', 'lastName', 'first_name', 'last_name'];

const MOST_SHOWN = 50;

/** People with the typed text in their ID, email, phone or name: as typed, in lower case, or capitalized. Everybody when nothing is typed. At most fifty. */
export async function searchPeople(store: Store, typed: string): Promise<INodeListSearchItems[]> {
	const { people } = await store.ask('find', { rule: typed === '' ? { all: [] } : anyWith(typed) });
	const shown = [...people.subarray(0, MOST_SHOWN)];
	const profiles = await profilesByNumber(store, shown);
	return shown.flatMap((person) => {
		const profile = profiles.get(person);
		return profile ? [{ name: inWords(profile), value: profile.id }] : [];
	});
}

function anyWith(typed: string): Rule {
	const digits = typed.replace(/\D/g, '');
	const lower = typed.toLowerCase();
	const spellings = [...new Set([typed, lower, lower.charAt(0).toUpperCase() + lower.slice(1)])];
	return {
		any: [
			...['id', 'email', 'phone', ...NAMES].flatMap((profile) => spellings.map((value): Rule => ({ profile, is: 'contains', value }))),
			...(digits.length >= 4 && digits !== typed ? [{ profile: 'phone', is: 'contains', value: digits } as Rule] : []),
		],
	};
}

function inWords({ id, email, phone, properties }: Profile): string {
	const names = NAMES.map((name) => properties[name]).filter((name): name is string => typeof name === 'string' && name !== '');
	return [...new Set([names.slice(0, 2).join(' '), email, phone, id])].filter(Boolean).join(' · ');
}

/** The person with this phone number, as it is stored or in E.164; of several the first to have come. */
export async function personByPhone(store: Store, phone: string): Promise<Profile | undefined> {
	const e164 = toE164(phone);
	const numbers = [...new Set([phone, ...(e164.ok ? [e164.number] : [])])];
	const { people } = await store.ask('find', { rule: { any: numbers.map((value): Rule => ({ profile: 'phone', is: 'equals', value })) } });
	const [first] = people;
	return first === undefined ? undefined : (await profilesByNumber(store, [first])).get(first);
}
