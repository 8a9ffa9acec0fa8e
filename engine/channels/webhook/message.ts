/** A webhook call ready to go. */
export interface WebhookMessage {
	/** Our message id: stable over retries, opaque. Goes out as `webhook-id`. */
	messageId: string;
	url: string;
	method: 'POST' | 'PUT' | 'PATCH' | 'GET' | 'DELETE';
	headers: Record<string, string>;
	/** Serialized JSON; absent for GET. Where calls carry many messages: this one's element of the array. */
	body?: string;
	/** What stands around that array. */
	envelope?: WebhookEnvelope;
}

/** What a call with many messages says around the array of them, as text of JSON that ends before `[` and goes on after `]`. */
export interface WebhookEnvelope {
	before: string;
	after: string;
}

/** The envelope of an object with the array under one key, after the other members. Text of JSON. */
export function envelopeOf(members: Readonly<Record<string, unknown>>, key: string): WebhookEnvelope {
	const others = JSON.stringify(members).slice(0, -1);
	return { before: `${others}${others === '{' ? '' : ','}${JSON.stringify(key)}:`, after: '}' };
}
