import { createHmac } from 'node:crypto';
import { CampaignError } from '../../../errors';
import { baseUrlOf, required } from '../../http/one-by-one';
import type { HttpRequest } from '../../provider';

export interface MetaConfig {
	/** Of a system user with the permission ads_management. */
	accessToken: string;
	/** Of the app that the token was made for. Empty: requests carry no proof. */
	appSecret?: string;
	/** With or without `act_`. */
	adAccountId: string;
	/** Such as v25.0. */
	apiVersion?: string;
	/** Default https://graph.facebook.com. */
	baseUrl?: string;
}

export const META_BASE_URL = 'https://graph.facebook.com';

/** The version that Meta's documentation of audiences shows. */
export const META_API_VERSION = 'v25.0';

/** An ad account at Meta, and how its requests are signed. */
export class MetaAccount {
	/** `act_` and digits. */
	readonly id: string;

	readonly identity: string;

	readonly #token: string;

	readonly #proof?: string;

	readonly #secret: string;

	readonly #base: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: MetaConfig) {
		this.#token = required(config.accessToken, 'meta_token', 'The Meta credential has no Access Token', 'Make one for a system user in the Business Manager, with the permission ads_management.');
		this.#secret = config.appSecret?.trim() ?? '';
		const account = required(config.adAccountId, 'meta_ad_account', 'The Meta credential has no Ad Account ID').replace(/^act_/i, '');
		if (!/^\d+$/.test(account)) throw new CampaignError('meta_ad_account', 'The Ad Account ID of the Meta credential is not a number', 'It stands in the address of the Ads Manager behind "act=".');
		const version = config.apiVersion?.trim() || META_API_VERSION;
		if (!/^v\d+\.\d+$/.test(version)) throw new CampaignError('meta_version', 'The API Version of the Meta credential is not one', `Write it as ${META_API_VERSION}.`);
		this.id = `act_${account}`;
		this.#base = `${baseUrlOf(config.baseUrl, META_BASE_URL, 'Meta')}/${version}`;
		this.identity = `meta ${this.#base} ${this.id}`;
		// https://developers.facebook.com/docs/facebook-login/security: HMAC-SHA256 of the token under the secret, in hexadecimal digits.
		if (this.#secret !== '') this.#proof = createHmac('sha256', this.#secret).update(this.#token).digest('hex');
	}

	get secrets(): readonly string[] {
		return [this.#token, this.#secret, this.#proof ?? ''].filter((secret) => secret !== '');
	}

	/**
	 * A signed request.
	 * @param path below the version, each part encoded
	 */
	request(method: HttpRequest['method'], path: string, { query = {}, body }: { query?: Record<string, string>; body?: object } = {}): HttpRequest {
		const url = new URL(`${this.#base}/${path}`);
		for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
		if (this.#proof !== undefined) url.searchParams.set('appsecret_proof', this.#proof);
		return {
			method,
			url: url.toString(),
			headers: { Authorization: `Bearer ${this.#token}`, Accept: 'application/json', ...(body && { 'Content-Type': 'application/json; charset=utf-8' }) },
			...(body && { body: JSON.stringify(body) }),
		};
	}
}
