exports.handler = async (event) => {
  console.log("later: " + JSON.stringify(event));
};
