import http from 'node:http';
import https from 'node:https';

/*
 * Preloaded into the built function: what it asks Google for over https goes to the emulator at CERTIFICATES_FROM, by the
 * same path, and nothing else leaves over https. So the bundle verifies tokens by its own path, address included.
 */
const origin = process.env['CERTIFICATES_FROM'];

Object.assign(https, {
  request: (address: string, options: http.RequestOptions) => {
    const { host, pathname, search } = new URL(address);
    if (host !== 'www.googleapis.com') throw new Error(`Nothing may be asked of ${host}.`);
    return http.request(`${origin}${pathname}${search}`, { ...options, agent: http.globalAgent });
  },
});
