using System.Collections;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Jangteo.Kinds;

namespace Jangteo.Platform;

/// <summary>Settings that nobody can mean. Each mistake says where it stands and what to write instead; the message holds all of them, one a line.</summary>
public sealed class SettingsException(IReadOnlyList<string> mistakes) : Exception(string.Join(Environment.NewLine, mistakes))
{
    public IReadOnlyList<string> Mistakes => mistakes;
}

/// <summary>
/// Reads <see cref="Settings"/> from the file, from files of secrets, which are stronger, and from the environment, which is strongest. Whatever
/// is not understood is refused: a misspelt setting would else be a silent default.
/// </summary>
public static class SettingsReader
{
    private const string Section = "Jangteo";

    /// <summary>Reads the file, when there is one, the folder of secrets that is named there, and the environment of this process.</summary>
    /// <exception cref="SettingsException">Something is unknown or out of bounds.</exception>
    public static Settings Read(string file = "jangteo.yaml") =>
        Read(file, File.Exists(file) ? File.ReadAllText(file) : "", Environment.GetEnvironmentVariables());

    internal static Settings Read(string file, string yaml, IDictionary environment)
    {
        var mistakes = new List<string>();
        var given = new Dictionary<string, Given>(StringComparer.OrdinalIgnoreCase);
        Take(InFile(file, yaml, mistakes));
        var variables = InEnvironment(environment).ToList();
        var folder = variables.Concat(given.Values).FirstOrDefault(one => IsName(one.Key, nameof(Settings.SecretsFolder)));
        Take(InSecrets(folder, mistakes));
        Take(variables);

        var known = new List<string>();
        var settings = new Settings();
        Bind(settings, "", given, known, mistakes);
        foreach (var unknown in given.Values.Where(one => !known.Contains(one.Key, StringComparer.OrdinalIgnoreCase)))
            mistakes.Add($"{unknown.Where}: there is no setting {unknown.Key}; did you mean {Words.Nearest(unknown.Key, known)}?");

        return mistakes.Count == 0 ? settings : throw new SettingsException(mistakes);

        void Take(IEnumerable<Given> several)
        {
            foreach (var one in several)
                given[one.Key] = one;
        }
    }

    private static bool IsName(string key, string name) => string.Equals(key, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>A value somebody wrote, and where: a line of the file, a file of a secret, or a variable of the environment.</summary>
    private sealed record Given(string Key, string Value, string Where);

    private static List<Given> InFile(string file, string yaml, List<string> mistakes)
    {
        if (yaml.Length == 0)
            return [];

        var found = new List<Given>();
        var malformed = new MistakesOf(file);
        foreach (var (key, value) in Yaml.Read(yaml, malformed)?.Entries ?? [])
        {
            if (key.Text == Section)
                Flatten(value, "");
            else
                mistakes.Add($"{file}:{key.Line}: {key.Text} stands outside of {Section}; write every setting under \"{Section}:\"");
        }

        mistakes.AddRange(malformed.Found.Select(mistake => $"{mistake.File}:{mistake.Line}: {mistake.Text}"));
        return found;

        void Flatten(Node node, string path)
        {
            switch (node)
            {
                case Mapping mapping:
                    foreach (var (key, value) in mapping.Entries)
                        Flatten(value, path.Length == 0 ? key.Text : $"{path}:{key.Text}");
                    break;
                case Leaf { Text: "" } when path.Length == 0:
                    // All settings are commented out.
                    break;
                case Leaf leaf:
                    found.Add(new Given(path, leaf.Text, $"{file}:{leaf.Line}"));
                    break;
                default:
                    mistakes.Add($"{file}:{node.Line}: {path} is a list; every setting is one value");
                    break;
            }
        }
    }

    private static IEnumerable<Given> InEnvironment(IDictionary environment) =>
        from DictionaryEntry variable in environment
        let name = (string)variable.Key
        where IsOurs(name)
        select new Given(KeyOf(name), (string?)variable.Value ?? "", $"environment {name}");

    /// <param name="named">Where the folder is named; null is nowhere.</param>
    private static IEnumerable<Given> InSecrets(Given? named, List<string> mistakes)
    {
        var (found, mistake) = SecretFiles.Read(named?.Value, IsOurs);
        if (mistake is not null)
            mistakes.Add($"{named?.Where ?? "default"}: {mistake}");
        return found.Select(secret => new Given(KeyOf(secret.Name), secret.Value, secret.Path));
    }

    private static bool IsOurs(string name) => name.StartsWith(Section + "__", StringComparison.OrdinalIgnoreCase);

    private static string KeyOf(string name) => name[(Section.Length + 2)..].Replace("__", ":");

    /// <summary>Fills in what was given. The record is new and nobody else's yet, so its init-only properties may still be set.</summary>
    private static void Bind(object record, string path, Dictionary<string, Given> given, List<string> known, List<string> mistakes)
    {
        foreach (var property in record.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var key = path.Length == 0 ? property.Name : $"{path}:{property.Name}";
            if (property.PropertyType.IsClass && property.PropertyType != typeof(string))
            {
                Bind(property.GetValue(record)!, key, given, known, mistakes);
                continue;
            }

            known.Add(key);
            if (!given.TryGetValue(key, out var written))
                continue;
            if (Parse(written.Value, property.PropertyType) is not { } value)
                mistakes.Add($"{written.Where}: {key} is {Expected(property.PropertyType)}, not \"{written.Value}\"");
            else if (property.GetCustomAttributes<ValidationAttribute>().FirstOrDefault(rule => !rule.IsValid(value)) is { } broken)
                mistakes.Add($"{written.Where}: {key} {Rule(broken)}{(IsSecret(property) ? "" : $", not \"{written.Value}\"")}");
            else
                property.SetValue(record, value);
        }
    }

    /// <summary>A value with a password in it is not repeated in a message that ends up in a log.</summary>
    private static bool IsSecret(PropertyInfo property) =>
        property.GetCustomAttribute<DataTypeAttribute>() is { DataType: DataType.Password };

    private static object? Parse(string text, Type type)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(bool))
            return bool.TryParse(text, out var truth) ? truth : null;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) ? share : null;
        if (type == typeof(TimeSpan))
            return Count(text, Durations) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
        if (type == typeof(long))
            return Count(text, Sizes);
        throw new NotSupportedException($"A setting of type {type.Name} cannot be read yet; teach Parse how it is written.");
    }

    private static readonly ImmutableArray<(string Unit, long Worth)> Durations = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    private static readonly ImmutableArray<(string Unit, long Worth)> Sizes = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("B", 1)];

    /// <summary>A whole number and its unit; null when it is anything else, or more than a year or a terabyte.</summary>
    private static long? Count(string text, ImmutableArray<(string Unit, long Worth)> units)
    {
        foreach (var (unit, worth) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && int.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                return count * worth is var product && product <= 1L << 40 ? product : null;
        }

        return null;
    }

    private static string Expected(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) ? "a whole number"
        : type == typeof(double) ? "a number such as 0.5"
        : type == typeof(TimeSpan) ? "a duration such as 500ms, 3s, 15m, 24h or 7d"
        : "a size such as 64KB or 2MB";

    private static string Rule(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range when range.OperandType == typeof(TimeSpan) =>
            $"is from {Duration(range.Minimum)} to {Duration(range.Maximum)}",
        RangeAttribute range => $"is from {range.Minimum} to {range.Maximum}",
        AllowedValuesAttribute allowed => $"is one of {string.Join(", ", allowed.Values)}",
        RegularExpressionAttribute form => $"is of the form {form.Pattern}",
        RequiredAttribute => "must not be empty",
        ListenAttribute => ListenAttribute.Expected,
        NetworksAttribute => NetworksAttribute.Expected,
        OriginAttribute => OriginAttribute.Expected,
        CurrencyAttribute => CurrencyAttribute.Expected,
        BrokerAddressAttribute => BrokerAddressAttribute.Expected,
        ConnectionStringAttribute => ConnectionStringAttribute.Expected,
        IanaTimeZoneAttribute => IanaTimeZoneAttribute.Expected,
        _ => "is something else",
    };

    /// <summary>A bound as text, or, once the attribute has compared with it, as the duration that it made of the text.</summary>
    private static string Duration(object bound) =>
        Words.Of(bound as TimeSpan? ?? TimeSpan.Parse((string)bound, CultureInfo.InvariantCulture));
}
