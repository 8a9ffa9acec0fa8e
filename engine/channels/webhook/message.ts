/** A webhook call ready to go. */
export interface WebhookMessage {
	/** Our message id: stable over retries, opaque. Goes out as `webhook-id`. */
	messageId: string;
	url: string;
	method: 'POST' | 'PUT' | 'PATCH' | 'GET' | 'DELETE';
	headers: Record<string, string>;
	/** Serialized JSON; absent for GET. */
	body?: string;
}
