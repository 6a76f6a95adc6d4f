using System.Text.Json;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Aws;

/// <summary>aws/autoscaling.yaml as check-template.js reads it, and the faults found by that script.</summary>
internal sealed class Template
{
    public static string File { get; } = Repository.PathTo("aws", "autoscaling.yaml");

    private static readonly Lazy<Template> LazilyShipped = new(() => new Template(File));

    public static Template Shipped => LazilyShipped.Value;

    public IReadOnlyList<string> Faults { get; }

    public JsonElement Content { get; }

    public Template(string file)
    {
        var packages = Path.GetDirectoryName(Path.GetDirectoryName(NpmPackage.PathTo("yaml/package.json")))!;
        var output = ToolRun.Of("env", $"NODE_PATH={packages}", "node",
            Repository.PathTo("MailResponder.Tests", "Aws", "check-template.js"), file).AssertDone();
        using var document = JsonDocument.Parse(output);
        Faults = [.. document.RootElement.GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!)];
        Content = document.RootElement.GetProperty("template").Clone();
    }

    public JsonElement Properties(string resource) =>
        Content.GetProperty("Resources").GetProperty(resource).GetProperty("Properties");

    /// <summary>Returns a plain value, or the default of the parameter that is referenced.</summary>
    public string Value(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? Default(value.GetProperty("Ref").GetString()!) : value.ToString();

    /// <summary>Returns the statements of one of the role's policies, including conditional ones.</summary>
    public static IEnumerable<JsonElement> Statements(JsonElement policy) =>
        policy.GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray()
            .Select(statement => statement.TryGetProperty("Fn::If", out var branches) ? branches[1] : statement);

    /// <summary>Returns a single text, or all texts of a list.</summary>
    public static IEnumerable<string> Texts(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(one => one.GetString()!)
            : [value.GetString()!];

    public string Default(string parameter) =>
        Content.GetProperty("Parameters").GetProperty(parameter).GetProperty("Default").ToString();
}
