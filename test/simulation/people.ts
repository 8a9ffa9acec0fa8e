import type { Store } from '../../engine/store/store';

export const PEOPLE = 500;

export const ZONES = ['Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/St_Johns', 'Asia/Kathmandu'];

export const zoneOfPerson = (index: number) => (index % 9 === 8 ? undefined : ZONES[index % 9]);

export const idOf = (index: number) => `p${index}`;

/** The day on which somebody joined. */
export const joinedOf = (index: number) => `${1990 + (index % 30)}-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + (index % 28)).padStart(2, '0')}`;

/** 500 people in eight zones; some without a zone, some without a phone, some opted out, two with one phone. */
export async function addPeople(store: Store): Promise<void> {
	const profiles = Array.from({ length: PEOPLE }, (_, index) => ({
		id: idOf(index),
		timezone: zoneOfPerson(index),
		phone: index % 23 === 0 ? undefined : `+1415555${String(1000 + (index === 7 ? 8 : index))}`,
		optedOut: index % 31 === 5 ? { sms: true } : {},
		properties: { group: index % 10, joined: joinedOf(index) },
	}));
	await store.ingest({ profiles });
}
