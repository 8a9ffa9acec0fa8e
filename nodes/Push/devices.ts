import { isCertain, type DeadDevice } from '../../engine/channels/push/devices';
import type { Store } from '../../engine/store/store';
import { numbersOf } from '../shared/known-people';
import { profilesByNumber } from '../shared/releases';
import type { RecipientUser } from '../shared/recipients';

/** Adds the devices of people whom the store knows to items that list none: push tokens are not on items of a campaign. */
export async function knownDevices(users: RecipientUser[], store: Store): Promise<void> {
	const people = await numbersOf(users, store);
	if (people.size === 0) return;
	const profiles = await profilesByNumber(store, [...people.values()]);
	for (const [user, person] of people) {
		const profile = profiles.get(person);
		if (!profile) continue;
		user.person = profile.person;
		user.push ??= profile.push;
	}
}

/** Devices that turned out to be dead while a batch was sent, and whose they are. */
export class DeadDevices {
	private readonly found: Array<DeadDevice & { person: number }> = [];

	add(person: number | undefined, dead: readonly DeadDevice[]): void {
		if (person !== undefined) this.found.push(...dead.map((device) => ({ ...device, person })));
	}

	/** Takes them off their profiles. People have been sent to by now: if it fails, the next message finds them dead again. */
	async forget(store: Store): Promise<void> {
		const devices = this.found.filter(isCertain).map(({ person, since, device: { token, kind } }) => ({ person, token, kind, since }));
		if (devices.length === 0) return;
		await store.call('forgetDevices', { devices }).catch(() => undefined);
	}
}
