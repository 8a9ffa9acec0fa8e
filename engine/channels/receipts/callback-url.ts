/** The name of our message id in addresses that are handed to a provider with each message. */
export const MESSAGE_ID = 'message_id';

/** An address for receipts of one message: providers that give back no reference of ours call it as it was given to them. */
export function callbackUrl(url: string, messageId: string): string {
	const [, address = url, fragment = ''] = /^([^#]*)(#.*)?$/s.exec(url) ?? [];
	return `${address}${address.includes('?') ? '&' : '?'}${MESSAGE_ID}=${encodeURIComponent(messageId)}${fragment}`;
}
