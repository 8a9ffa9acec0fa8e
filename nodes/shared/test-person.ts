import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { TEST_CAMPAIGN } from '../../engine/delivery/send-test';
import { CampaignError } from '../../engine/errors';
import type { Profile, StoredEvent } from '../../engine/people/records';
import { eventKey } from '../../engine/segments/event-key';
import type { Store } from '../../engine/store/store';
import { eventOf, userOf } from './items';
import { personByPhone } from './people-search';
import { foreignUser, type Recipient, type RecipientUser } from './recipients';
import type { TestPersonName, TestSettings } from './test-parameters';

/** How many of a person's latest events are looked through for the one that a test is to tell of. */
const LATEST_EVENTS = 200;

const WORDS = { id: 'user ID', email: 'email', phone: 'phone number' };

/** For whom a test is written. What `note` says is to be known of it. */
export interface TestPerson {
	recipient: Recipient;
	note?: string;
}

/**
 * The person of the first item, or of the store. The latter gets what the first item carries of the campaign, so that the
 * message is as it would be in it, and their own latest event of the kind that the first item came in by.
 * @param complete adds what the store knows of the person of an item
 */
export async function testPerson(
	context: IExecuteFunctions,
	store: Store,
	{ person, event }: TestSettings,
	items: ReadonlyArray<{ json: IDataObject; index: number }>,
	complete: ((users: RecipientUser[], store: Store) => Promise<void>) | undefined,
): Promise<TestPerson> {
	const first = items[0];
	if (!person && !first) throw new CampaignError('no_test_person', 'There is no item whose person the test could be written for', 'Set "Test As" to a person of the store.');
	const given = event && { event: { name: event.name ?? nameOfEvent(first?.json), properties: event.properties as IDataObject } };
	const item = first?.index;
	if (!person) {
		const json = { ...(first as { json: IDataObject }).json, ...given };
		const user = foreignUser(json);
		await complete?.([user], store);
		return { recipient: { json, user, campaignId: TEST_CAMPAIGN, item } };
	}
	const { profile, events } = await personOfStore(store, person, given ? 0 : LATEST_EVENTS);
	const wanted = nameOfEvent(first?.json);
	const own = wanted === undefined ? undefined : events.find(({ name }) => eventKey(name) === eventKey(wanted));
	const json: IDataObject = { ...ofCampaign(first?.json), user: userOf(profile), ...(own && { event: eventOf(own) }), ...given };
	const lacks = !given && wanted !== undefined && !own;
	return {
		recipient: { json, user: profile, campaignId: TEST_CAMPAIGN, item },
		...(lacks && { note: `"${wanted}" is not among the latest events of the person the test was written for: {{ Event.x }} is empty. Set "Test Event" to JSON to give one.` }),
	};
}

function nameOfEvent(json: IDataObject | undefined): string | undefined {
	const name = (json?.event as IDataObject | undefined)?.name;
	return typeof name === 'string' ? name : undefined;
}

function ofCampaign({ campaign, constantEventProperty }: IDataObject = {}): IDataObject {
	return { ...(campaign !== undefined && { campaign }), ...(constantEventProperty !== undefined && { constantEventProperty }) };
}

async function personOfStore(store: Store, { by, value }: TestPersonName, events: number): Promise<{ profile: Profile; events: StoredEvent[] }> {
	if (by === 'phone') {
		const profile = await personByPhone(store, value);
		if (!profile) throw unknownPerson(by, value);
		return { profile, events: events > 0 ? ((await store.call('recentEvents', { people: [profile.person], limit: events }))[0]?.events ?? []) : [] };
	}
	const found =
		(await store.call('getPerson', { name: by === 'email' ? { email: value } : { id: value }, events })) ??
		(by === 'id' ? await store.call('getPerson', { name: { anonymousId: value }, events }) : undefined);
	if (!found) throw unknownPerson(by, value);
	return found;
}

function unknownPerson(by: TestPersonName['by'], value: string): CampaignError {
	return new CampaignError('person_unknown', `The test cannot be written: there is no person with the ${WORDS[by]} "${value}"`, 'Correct "Test Person", and see that the node points at the right store.');
}
