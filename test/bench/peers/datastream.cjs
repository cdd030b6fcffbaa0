// Google's own client library for Datastream, on its REST transport.
const functions = require('@google-cloud/functions-framework');
const { DatastreamClient } = require('@google-cloud/datastream');

const api = new URL(process.env.DATASTREAM_ENDPOINT);
const { operationsClient } = new DatastreamClient({
  apiEndpoint: api.hostname,
  port: Number(api.port),
  protocol: 'http',
  fallback: true,
});

functions.http('cancelOperation', async (request, response) => {
  const operation = { name: request.body.name };
  await operationsClient.getOperation(operation);
  await operationsClient.cancelOperation(operation);
  const [after] = await operationsClient.getOperation(operation);
  response.json(after);
});
