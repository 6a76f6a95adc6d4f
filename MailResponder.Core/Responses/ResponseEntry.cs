using MailResponder.Settings;

namespace MailResponder.Responses;

/// <summary>One reply of the response book.</summary>
/// <param name="Number">Position in the file, counted from 1.</param>
/// <param name="Line">Where the entry begins in the file.</param>
/// <param name="Address">The requested address, whole and in lower case.</param>
/// <param name="Bodies">The same text in one or more forms; mail programs prefer the last one that they can show.</param>
/// <param name="SendMethod">Null: as the settings say.</param>
/// <param name="Subject">Null: "Re: " and the request's subject.</param>
internal sealed record ResponseEntry(
    int Number,
    int Line,
    string Address,
    IReadOnlyList<ResponseBody> Bodies,
    IReadOnlyList<ResponseAttachment> Attachments,
    SendMethod? SendMethod,
    string? Subject);
