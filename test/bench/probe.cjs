// Loaded before the function in the runs that measure cost. Silent until the benchmark asks what the process used.
process.on('message', () => {
  process.send({ cpu: process.cpuUsage(), maxRSS: process.resourceUsage().maxRSS });
});
// A function under test must end with its server, not live on for the sake of this channel.
process.channel.unref();
