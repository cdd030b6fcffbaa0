// The same over the fetch that Node brings.
const functions = require('@google-cloud/functions-framework');

const api = process.env.DATASTREAM_ENDPOINT;
const tokenUrl = `http://${process.env.GCE_METADATA_HOST}/computeMetadata/v1/instance/service-accounts/default/token`;

const call = async (url, method, headers) => {
  const response = await fetch(url, { method, headers });
  return response.json();
};

let token;
const getToken = () => {
  token ??= call(tokenUrl, 'GET', { 'Metadata-Flavor': 'Google' }).then((answer) => answer.access_token);
  return token;
};

functions.http('cancelOperation', async (request, response) => {
  const url = `${api}/v1/${request.body.name}`;
  const headers = { Authorization: `Bearer ${await getToken()}` };
  await call(url, 'GET', headers);
  await call(`${url}:cancel`, 'POST', headers);
  response.json(await call(url, 'GET', headers));
});
