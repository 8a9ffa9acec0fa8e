import type { ICredentialTestFunction, IExecuteFunctions, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { MetaAccount, type MetaConfig } from '../../engine/channels/export/meta/account';
import { accountName, listAudiences } from '../../engine/channels/export/meta/audiences';
import { withNodeErrors } from './errors';

export const META_CREDENTIAL = 'campaignsMetaApi';

/** Pages of audiences that are looked through for one by its name: an ad account has at most 500 customer lists. */
const MOST_PAGES = 40;

export async function metaAccount(context: IExecuteFunctions | ILoadOptionsFunctions): Promise<MetaAccount> {
	return new MetaAccount(await context.getCredentials<MetaConfig & Record<string, string>>(META_CREDENTIAL));
}

/** The customer lists of the ad account, by name; without a filter a page at a time. */
export async function searchAudiences(this: ILoadOptionsFunctions, filter = '', paginationToken?: string): Promise<INodeListSearchResult> {
	return await withNodeErrors(this, async () => {
		const account = await metaAccount(this);
		const wanted = filter.trim().toLowerCase();
		const results: INodeListSearchResult['results'] = [];
		let after = paginationToken;
		for (let page = 0; page < MOST_PAGES; page++) {
			const { audiences, after: next } = await listAudiences(account, after);
			results.push(...audiences.filter(({ name }) => name.toLowerCase().includes(wanted)).map(({ id, name }) => ({ name, value: id })));
			after = next;
			if (after === undefined || (wanted === '' && results.length > 0)) break;
		}
		return { results, ...(after !== undefined && wanted === '' && { paginationToken: after }) };
	});
}

/** Test of a Campaigns Meta credential: the token may see the ad account. Nothing is changed. */
export const campaignsMetaTest: ICredentialTestFunction = async function (credential) {
	try {
		const name = await accountName(new MetaAccount(credential.data as unknown as MetaConfig));
		return { status: 'OK', message: `The token may see the ad account "${name}"` };
	} catch (error) {
		return { status: 'Error', message: (error as Error).message };
	}
};
