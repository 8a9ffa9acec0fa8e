import { CampaignError } from '../../errors';
import { assertSameOrigin, fixedOrigin } from '../http/url-template';

/** Throws a CampaignError when links of this template could lead elsewhere, or are not what one-click needs. */
export function checkUnsubscribeUrl(template: string): void {
	if (!fixedOrigin(template).startsWith('https://')) {
		throw new CampaignError('unsubscribe_url', 'The unsubscribe URL must begin with https://', 'Mail services refuse one-click unsubscription over http.');
	}
}

/**
 * Throws a CampaignError when this is not the address for unsubscribing that a Delivery Receipts node shows, so that no
 * message leaves with a link that leads nowhere.
 */
export function checkUnsubscribeAddress(address: string): void {
	const hint = 'Copy the address that ends in /unsubscribe from the Delivery Receipts node: its production URL.';
	if (address === '') throw new CampaignError('unsubscribe_address', 'The unsubscribe address is empty', hint);
	checkUnsubscribeUrl(address);
	if (/\/webhook-test\//.test(address)) throw new CampaignError('unsubscribe_address', 'The unsubscribe address is that of a test, and answers only while the editor listens', hint);
	if (!/^https:\/\/[^/?#\\@]+\/[\w\-.~%/]*\/unsubscribe$/i.test(address)) throw new CampaignError('unsubscribe_address', 'The unsubscribe address is not one of a Delivery Receipts node', hint);
}

/**
 * The rendered URL in the spelling that goes into headers: ASCII, without what would end the brackets around it. Throws
 * a CampaignError when a value changed where it leads.
 */
export function unsubscribeUrl(rendered: string, template: string): string {
	assertSameOrigin(rendered, template);
	return new URL(rendered).href.replace(/[<>,\s]/g, (character) => encodeURIComponent(character));
}

/** What lets mail services unsubscribe somebody by one click (RFC 8058): they POST `List-Unsubscribe=One-Click` to the URL. */
export function oneClickHeaders(url: string): Record<string, string> {
	return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}
