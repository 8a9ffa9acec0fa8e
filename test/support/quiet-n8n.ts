/** To be imported before n8n-core: the errors of executions are what tests look at, not for the console. */
process.env.N8N_LOG_LEVEL ??= 'silent';
