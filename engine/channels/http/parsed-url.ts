import { CampaignError } from '../../errors';

let last: { raw: string; url: Readonly<URL> } | undefined;

/** The URL of a request. Requests in a row mostly go to the same one, which is looked at in several places. Throws `invalid_url`. */
export function parsedUrl(raw: string): Readonly<URL> {
	if (last?.raw === raw) return last.url;
	const url = URL.parse(raw);
	if (!url) throw new CampaignError('invalid_url', 'The URL of the request is not a valid URL');
	last = { raw, url };
	return url;
}
