// check-template.js TEMPLATE - compares a CloudFormation template with AWS's own specification of all resources
//
// Prints {"faults": ["where: what", …], "template": …}, the template with its short tags (!Ref, !Sub) written out.
// Needs the npm packages yaml and @aws-cdk/aws-service-spec (NODE_PATH); no network. Also checks what the specification
// does not cover: that every reference leads somewhere, that everything is used, and a group's policies, which are not
// among its properties.
"use strict";

const { readFileSync } = require("node:fs");
const yaml = require("yaml");
const { loadAwsServiceSpecSync } = require("@aws-cdk/aws-service-spec");

const pseudo = [
  "AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix",
].map((name) => `AWS::${name}`);
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html
const policies = {
  CreationPolicy: { ResourceSignal: ["Count", "Timeout"] },
  UpdatePolicy: {
    AutoScalingRollingUpdate: [
      "MinInstancesInService", "MaxBatchSize", "WaitOnResourceSignals", "PauseTime", "SuspendProcesses",
    ],
    AutoScalingScheduledAction: ["IgnoreUnmodifiedGroupSizeProperties"],
  },
};

const shortForms = [
  "Ref", "Condition", "GetAtt", "Sub", "Join", "If", "Not", "Equals", "And", "Or", "Base64", "Select", "Split",
];
const longName = (name) => (name === "Ref" || name === "Condition" ? name : `Fn::${name}`);
const customTags = shortForms.flatMap((name) => [
  { tag: `!${name}`, resolve: (text) => ({ [longName(name)]: name === "GetAtt" ? text.split(".") : text }) },
  ...["seq", "map"].map((collection) => ({ tag: `!${name}`, collection, resolve: (node) => node })),
]);

// yaml keeps the tag of a list. It is written out when the document becomes plain values.
function plain(node) {
  if (yaml.isSeq(node) || yaml.isMap(node)) {
    const value = yaml.isSeq(node) ? node.items.map(plain)
      : Object.fromEntries(node.items.map((pair) => [String(plain(pair.key)), plain(pair.value)]));
    const tag = node.tag?.startsWith("!") ? node.tag.slice(1) : null;
    return tag ? { [longName(tag)]: value } : value;
  }
  return yaml.isScalar(node) ? node.value : node;
}

const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);
const document = yaml.parseDocument(readFileSync(process.argv[2], "utf8"), { customTags });
for (const error of [...document.errors, ...document.warnings]) fault("YAML", error.message.split("\n")[0]);
const template = document.errors.length ? {} : plain(document.contents);
const parameters = template.Parameters ?? {};
const conditions = template.Conditions ?? {};
const resources = template.Resources ?? {};
const specification = loadAwsServiceSpecSync();
const specified = Object.fromEntries(Object.entries(resources).map(([name, resource]) =>
  [name, specification.lookup("resource", "cloudFormationType", "equals", resource.Type)[0]]));
const used = new Set();
const needs = {};
let inside = null;

function functionOf(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const keys = Object.keys(value);
  return keys.length === 1 && /^(Ref|Fn::\w+)$/.test(keys[0]) ? keys[0] : null;
}

function refer(where, name) {
  if (pseudo.includes(name)) return;
  if (!(name in parameters) && !(name in resources)) fault(where, `there is no parameter or resource ${name}`);
  use(name);
}

function use(name) {
  used.add(name);
  if (inside && name in resources) needs[inside].push(name);
}

function getAttribute(where, [name, ...attribute]) {
  if (!(name in resources)) return fault(where, `there is no resource ${name}`);
  const known = specified[name]?.attributes ?? {};
  if (!(attribute.join(".") in known)) fault(where, `${resources[name].Type} has no attribute ${attribute.join(".")}`);
  use(name);
}

function condition(where, name) {
  if (!(name in conditions)) fault(where, `there is no condition ${name}`);
  used.add(name);
}

function substitute(where, value) {
  const [text, own] = Array.isArray(value) ? value : [value, {}];
  for (const name of Object.keys(own)) if (!text.includes(`\${${name}}`)) fault(where, `${name} is not in the text`);
  for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) {
    if (name in own) continue;
    if (name.includes(".")) getAttribute(where, name.split("."));
    else refer(where, name);
  }
}

function names(where, value) {
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    const here = Array.isArray(value) ? `${where}[${key}]` : `${where}.${key}`;
    if (key === "Ref") refer(where, inner);
    else if (key === "Fn::GetAtt") getAttribute(where, inner);
    else if (key === "Fn::If") condition(where, inner[0]);
    else if (key === "Fn::Sub") substitute(where, inner);
    names(here, inner);
  }
}

const scalars = {
  string: (value) => ["string", "number", "boolean"].includes(typeof value),
  number: (value) => !Number.isNaN(Number(value)),
  integer: (value) => Number.isInteger(Number(value)),
  boolean: (value) => value === true || value === false,
  "date-time": (value) => typeof value === "string",
};

function check(where, value, type) {
  const name = functionOf(value);
  if (name === "Fn::If") {
    for (const branch of value["Fn::If"].slice(1)) check(where, branch, type);
    return;
  }
  if (name) return;
  if (type.type === "ref") {
    return properties(where, value, specification.get("typeDefinition", type.reference.$ref).properties);
  }
  if (type.type === "union") {
    const before = faults.length;
    let best = null;
    for (const one of type.types) {
      check(where, value, one);
      const found = faults.splice(before);
      if (best === null || found.length < best.length) best = found;
    }
    faults.push(...best);
  } else if (type.type === "array") {
    if (!Array.isArray(value)) return fault(where, "is not a list");
    value.forEach((item, index) => check(`${where}[${index}]`, item, type.element));
  } else if (type.type === "map") {
    for (const [key, item] of Object.entries(value)) check(`${where}.${key}`, item, type.element);
  } else if (type.type === "tag") {
    for (const key of Object.keys(value)) {
      if (!["Key", "Value", "PropagateAtLaunch"].includes(key)) fault(where, `${key} is not of a tag`);
    }
  } else if (scalars[type.type] && (value === null || typeof value === "object" || !scalars[type.type](value))) {
    fault(where, `${JSON.stringify(value)} is not of type ${type.type}`);
  }
}

function properties(where, values, known) {
  if (values === null || typeof values !== "object" || Array.isArray(values)) {
    return fault(where, "is not a set of properties");
  }
  for (const [key, value] of Object.entries(values)) {
    if (!(key in known)) fault(where, `there is no property ${key}`);
    else check(`${where}.${key}`, value, known[key].type);
  }
  for (const [key, one] of Object.entries(known)) {
    if (one.required && !(key in values)) fault(where, `${key} is missing`);
  }
}

function circle(name, path) {
  if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
  for (const other of needs[name]) {
    const found = circle(other, [...path, name]);
    if (found) return found;
  }
  return null;
}

for (const [name, resource] of Object.entries(resources)) {
  inside = name;
  needs[name] = [];
  for (const key of Object.keys(resource)) {
    if (policies[key]) {
      for (const [policy, values] of Object.entries(resource[key])) {
        for (const value of Object.keys(values)) {
          if (!policies[key][policy]?.includes(value)) fault(`${name}.${key}.${policy}`, `there is no ${value}`);
        }
      }
    } else if (!["Type", "Properties", "DependsOn", "Condition"].includes(key)) {
      fault(name, `there is no ${key} beside Type and Properties`);
    }
  }
  for (const other of [resource.DependsOn ?? []].flat()) refer(`${name}.DependsOn`, other);
  if (resource.Condition) condition(name, resource.Condition);
  if (!specified[name]) fault(name, `there is no resource type ${resource.Type}`);
  else properties(name, resource.Properties ?? {}, specified[name].properties);
  names(name, resource);
}
inside = null;
names("Conditions", conditions);
names("Outputs", template.Outputs);
for (const name of [...Object.keys(parameters), ...Object.keys(conditions)]) {
  if (!used.has(name)) fault(name, "is not used");
}
const found = Object.keys(resources).map((name) => circle(name, [])).find((path) => path);
if (found) fault(found[0], `needs itself: ${found.join(" -> ")}`);

console.log(JSON.stringify({ faults, template }));
