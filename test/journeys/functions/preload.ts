import "@throughline/middy/register";
