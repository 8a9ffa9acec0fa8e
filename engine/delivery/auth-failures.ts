import type { Store } from '../store/store';

/** So many messages of a campaign in a row that no provider took for its credentials: nobody will get anything until somebody looks. */
const MOST = 20;

/** Pauses campaigns whose providers refuse their credentials, message after message. */
export class AuthFailures {
	private readonly inARow = new Map<string, number>();

	private static readonly ofStores = new WeakMap<Store, AuthFailures>();

	private constructor(private readonly store: Store) {}

	static of(store: Store): AuthFailures {
		let failures = AuthFailures.ofStores.get(store);
		if (!failures) AuthFailures.ofStores.set(store, (failures = new AuthFailures(store)));
		return failures;
	}

	/** A message of the campaign was taken. */
	succeeded(campaignId: string): void {
		this.inARow.delete(campaignId);
	}

	/** Every provider of a message refused, and none for a reason that passes by itself. `detail`: theirs, redacted. */
	async failed(campaignId: string, detail: string): Promise<void> {
		const count = (this.inARow.get(campaignId) ?? 0) + 1;
		this.inARow.set(campaignId, count);
		if (count !== MOST) return;
		this.inARow.delete(campaignId);
		const reason = `The providers refused the credentials of ${MOST} messages in a row (${detail}). Correct the credential, then publish again.`;
		try {
			await this.store.call('pauseCampaign', { campaignId, reason });
		} catch {
			// The store is away. What became of the message is to be written all the same; the next one asks again.
			this.inARow.set(campaignId, MOST - 1);
		}
	}
}
