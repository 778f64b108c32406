/**
 * A signature that this project did not make: stripe-dotnet, `src/StripeTests/Resources/event_test_signature.json` with the
 * secret and the header of `src/StripeTests/Services/Events/EventUtilityTest.cs` (Apache-2.0).
 */
export const webhook = {
  secret: 'webhook_secret',
  timestamp: 1_533_204_620,
  header:
    't=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef',
  /** To the byte, with the end of the last line. */
  body: `{
  "id": "evt_123",
  "object": "event",
  "account": "acct_123",
  "api_version": "2017-05-25",
  "created": 1533204620,
  "data": {
    "object": {
      "id": "cus_123",
      "object": "customer",
      "created": 123456789,
      "email": "test@stripe.com",
      "livemode": false,
      "metadata": {}
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": "req_123",
    "idempotency_key": "idempotency-key-123"
  },
  "type": "customer.created"
}
`,
};
