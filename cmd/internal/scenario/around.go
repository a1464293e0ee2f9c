package scenario

// around: what people say of a case, of data and of a service, and what is
// counted of all of it (arts. 46, 48, 50).
var around = []Scenario{}
