/** What an SDK client of this process needs to reach a stand-in. */
export function clientConfig(endpoint: string) {
  return { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}
