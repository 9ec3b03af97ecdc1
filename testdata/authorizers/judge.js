// The function behind the TOKEN and REQUEST authorizers: the token, or the user,
// says what it is to answer. It logs each call, so that calls can be counted.
const policy = (event, principalId, effect, resource, context) => ({
  principalId,
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: resource }],
  },
  context,
});

exports.handler = async (event) => {
  const header = event.headers && (event.headers["x-user"] || event.headers["X-User"]);
  const who = event.type === "TOKEN" ? event.authorizationToken : header;
  console.log("judged " + event.type + " " + who);
  const all = event.methodArn.split("/")[0] + "/*";
  switch (who) {
    case "deny":
      return policy(event, who, "Deny", all);
    case "nothing":
      return policy(event, who, "Allow", all.replace("/*", "/other/*"));
    case "one":
      return policy(event, who, "Allow", event.methodArn);
    case "unauthorized":
      throw new Error("Unauthorized");
    case "broken":
      throw new Error("broken");
    case "malformed":
      return { principalId: who };
    case "nested":
      return policy(event, who, "Allow", all, { deep: { er: 1 } });
  }
  if (who.startsWith("slow-")) {
    await new Promise((done) => setTimeout(done, 200));
  }
  return policy(event, who, "Allow", all, { level: 3, admin: true, type: event.type });
};
