exports.handler = async (event) => {
  console.log("slow began");
  await new Promise((done) => setTimeout(done, 1500));
  return { statusCode: 200, body: "late" };
};
