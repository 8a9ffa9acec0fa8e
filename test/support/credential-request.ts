import { Expression, type IAuthenticateGeneric, type ICredentialDataDecryptedObject, type ICredentialTestRequest, type ICredentialType } from 'n8n-workflow';

/** The request by which n8n tests a credential, with every expression in it resolved by n8n's own code. */
export function testRequestOf(type: ICredentialType, credential: ICredentialDataDecryptedObject): Record<string, unknown> {
	const { request } = type.test as ICredentialTestRequest;
	const authenticate = type.authenticate as IAuthenticateGeneric | undefined;
	return resolve(merge({ ...request }, { ...authenticate?.properties }), credential) as Record<string, unknown>;
}

function merge(request: Record<string, unknown>, signing: Record<string, unknown>): Record<string, unknown> {
	const both = { ...request };
	for (const [name, value] of Object.entries(signing)) both[name] = { ...(both[name] as object | undefined), ...(value as object) };
	return both;
}

function resolve(value: unknown, $credentials: ICredentialDataDecryptedObject): unknown {
	if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner, $credentials)]));
	if (typeof value !== 'string' || !value.startsWith('=')) return value;
	const data = { $credentials };
	Expression.initializeGlobalContext(data);
	return Expression.resolveWithoutWorkflow(value.slice(1), data);
}
