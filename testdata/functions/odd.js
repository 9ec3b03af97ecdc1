// Answers with the body of the request as it is: mostly not what a proxy may.
exports.handler = async (event) => {
  if (event.body === "throw") {
    throw new Error("odd");
  }
  return JSON.parse(event.body);
};
