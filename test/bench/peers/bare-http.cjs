// The least that does the job: no validation, no policy, no audit, no retries, a token made by hand.
const http = require('node:http');
const functions = require('@google-cloud/functions-framework');

const agent = new http.Agent({ keepAlive: true });
const api = process.env.DATASTREAM_ENDPOINT;
const tokenUrl = `http://${process.env.GCE_METADATA_HOST}/computeMetadata/v1/instance/service-accounts/default/token`;

const call = (url, method, headers) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text)));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end();
  });

let token;
const getToken = () => {
  token ??= call(tokenUrl, 'GET', { 'Metadata-Flavor': 'Google' }).then((answer) => answer.access_token);
  return token;
};

functions.http('cancelOperation', async (request, response) => {
  const url = `${api}/v1/${request.body.name}`;
  const headers = { Authorization: `Bearer ${await getToken()}` };
  await call(url, 'GET', headers);
  await call(`${url}:cancel`, 'POST', { ...headers, 'Content-Length': 0 });
  response.json(await call(url, 'GET', headers));
});
