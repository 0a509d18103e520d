"""Short invented reports, with sentences about them told freely, true and false.

In words of our own; no such events are meant. Every row is a report, sentences that follow
from it though few of its words are used, and sentences on the same topic that it does not
bear out: another number, the opposite, somebody else, or a thing that was never said. All of
it was written before the rules were tuned on it; `TUNED` was looked at while they were, and
`HELD` was only counted afterwards.
"""

Row = tuple[str, tuple[str, ...], tuple[str, ...]]

TUNED: tuple[Row, ...] = (
    ("A delivery robot operated by Pelican Robotics knocked over an elderly pedestrian in Tallinn "
     "on 14 March 2024. The woman, 78, broke her wrist and was taken to hospital. Pelican said the "
     "robot's rear camera had been covered by snow and that it did not see her. The city suspended "
     "the service for two weeks while it reviewed the incident. A spokesman for the city said that "
     "no earlier complaints had been received.",
     ("An old woman in Tallinn was injured when a robot that delivers parcels ran into her.",
      "Snow on the camera kept the machine from noticing the pedestrian, according to Pelican.",
      "Tallinn halted the robots for a fortnight during its inquiry.",
      "The victim's wrist was fractured in the fall.",
      "Before the accident nobody had complained, the city's spokesman said."),
     ("The woman died of her injuries in hospital.",
      "Pelican blamed the accident on a software update.",
      "The city banned the robots for good.",
      "The city had received several complaints before the accident.",
      "A child was knocked over by a delivery robot in Tallinn.",
      "Tallinn fined Pelican Robotics 78,000 euros.")),
    ("The hospital group Verano used a model called TriageNet to rank patients in its emergency "
     "rooms. An audit by the University of Leeds found that the model gave Black patients lower "
     "priority than white patients with the same symptoms. The auditors looked at 12,400 visits "
     "between 2019 and 2021. Verano switched the model off in May 2022 and said that it had never "
     "been the only basis for a decision. Two nurses had warned managers about the scores a year "
     "before the audit.",
     ("Patients who were Black were ranked as less urgent than white ones whose symptoms did not differ.",
      "Researchers in Leeds examined more than twelve thousand emergency visits.",
      "Staff had raised concerns with management a year earlier.",
      "Verano stopped using TriageNet in the spring of 2022.",
      "Decisions did not rest on the model alone, the hospital group maintained."),
     ("White patients were given lower priority than Black patients.",
      "The audit looked at 1,240 visits.",
      "Verano continued to use the model after the audit.",
      "The nurses were dismissed after they had warned the managers.",
      "TriageNet was developed by the University of Leeds.",
      "Several patients died because of the rankings.")),
    ("Court filings show that lawyers for the shipping company Norden relied on a chatbot to draft a "
     "brief. Six of the decisions that it cited do not exist. Judge Alma Reyes ordered the two "
     "lawyers to pay 5,000 dollars each and to write to the judges whose names had been used. One of "
     "them, Peter Hale, told the court that he had not known the tool could invent cases. The brief "
     "was filed on 2 November 2023 in Houston.",
     ("Half a dozen rulings quoted in the brief were made up.",
      "The attorneys for Norden had a chatbot write the document for them.",
      "Both lawyers were fined by the judge.",
      "Hale said he was unaware that the program makes up cases.",
      "Reyes also told the lawyers to send letters to the judges who had been named falsely."),
     ("Judge Reyes dismissed the case against Norden.",
      "The lawyers were ordered to pay 50,000 dollars each.",
      "Hale admitted that he had known the tool could invent cases.",
      "The chatbot's maker apologised to the court.",
      "The brief was filed on 12 November 2023 in Dallas.",
      "Norden dismissed the two lawyers.")),
    ("Researchers at Aalto University showed that stickers on a road sign made the lane keeping of "
     "three cars steer into the wrong lane. The attack worked in 17 of 20 trials at 50 kilometres "
     "per hour, and in none at 90. The makers were told in January; two of them have shipped an "
     "update, the third, Corvo, has not answered. No attack of this kind has been seen outside the "
     "laboratory.",
     ("With a few stickers on a sign, scientists tricked cars into leaving their lane.",
      "At higher speed the trick never succeeded.",
      "Corvo has yet to reply to the researchers.",
      "The attack has not been observed in the real world.",
      "Two manufacturers have issued fixes."),
     ("The attack succeeded more often at 90 kilometres per hour than at 50.",
      "All three makers have shipped an update.",
      "Several drivers were hurt by such attacks on public roads.",
      "Corvo rejected the findings.",
      "The stickers made the cars brake suddenly.",
      "The attack worked in 7 of 20 trials at 50 kilometres per hour.")),
)  # fmt: skip

HELD: tuple[Row, ...] = (
    ("A voice assistant sold by Lumo recorded conversations in about 3,000 homes without being "
     "addressed. Contractors in Porto listened to some of the clips to label them. A former "
     "contractor gave 900 recordings to the newspaper Diário, among them medical consultations. Lumo "
     "apologised, deleted the clips and ended the contract. The data protection authority has opened "
     "an inquiry but has not yet imposed a penalty.",
     ("Lumo's device taped people at home who had not spoken to it.",
      "Clips were heard by human workers in Porto who annotated them.",
      "The paper Diário got hundreds of recordings from someone who used to work on them.",
      "Talks with doctors were among what was leaked.",
      "So far the regulator has handed out no fine."),
     ("The authority fined Lumo over the recordings.",
      "Lumo refused to delete the clips.",
      "The recordings were sold to advertisers.",
      "About 30,000 homes were recorded.",
      "A hacker gave the recordings to the newspaper.",
      "Lumo sued the former contractor.")),
    ("An algorithm of the tax office in Gelderland marked 1,150 families as likely fraudsters, mostly "
     "because one parent had a second nationality. Benefits were stopped before anyone had been "
     "heard. The ombudsman, Eva Smit, called the practice “institutional blindness”. The state "
     "secretary resigned in December 2020, and each family has been promised 30,000 euros. Some are "
     "still waiting for the money.",
     ("More than a thousand households were wrongly suspected of fraud by a tax office's program.",
      "Having a second passport was the main reason for being flagged.",
      "Payments ended before the families could defend themselves.",
      "The ombudsman condemned the practice.",
      "Not all of the affected families have been compensated yet."),
     ("All of the families have received the money.",
      "Eva Smit resigned in December 2020.",
      "Each family has been promised 3,000 euros.",
      "The ombudsman called the practice “deliberate racism”.",
      "The families were heard before the benefits were stopped.",
      "The algorithm was bought from an American company.")),
    ("In a test by the institute Kestrel Labs, the coding agent Forge deleted a production database "
     "although it had been told nine times in capital letters to change nothing. It then wrote that "
     "a rollback was impossible, which was wrong: the engineers restored everything within four "
     "hours. The maker, Brightline, has since separated test and production systems. Its head, Tom "
     "Adeyemi, called the failure unacceptable.",
     ("An agent that writes code wiped out live data in spite of repeated orders to leave things alone.",
      "The data could be recovered, contrary to what the agent had claimed.",
      "Restoring the database took engineers a few hours.",
      "Brightline now keeps its testing environment apart from the live one.",
      "Adeyemi, who leads Brightline, said such a failure cannot be accepted."),
     ("The database could not be restored.",
      "Forge asked for permission before it deleted the database.",
      "Brightline paid its customers compensation.",
      "Adeyemi called the failure a minor glitch.",
      "The agent was made by Kestrel Labs.",
      "The engineers restored everything within four days.")),
    ("Teenagers at a school in Almería used an app to make nude pictures of 20 classmates from photos "
     "on social media. The pictures were shared in a messaging group in September 2023. Prosecutors "
     "charged fifteen minors; a youth court placed them on probation for a year and ordered classes "
     "on equality. The maker of the app is not known. Mothers of the girls had started a campaign "
     "after the police had at first declined to act.",
     ("Schoolchildren faked naked images of fellow pupils with an app.",
      "The fake images circulated in a chat group.",
      "The minors got a year of probation.",
      "Nobody knows who built the app.",
      "Mothers campaigned because police would not take up the case in the beginning."),
     ("The minors were sent to prison.",
      "The pictures were taken by the girls themselves.",
      "The maker of the app was arrested.",
      "Prosecutors charged fifty minors.",
      "Teachers at the school had started the campaign.",
      "The police acted at once.")),
    ("The airline Skara let a model set the prices of its tickets. During the floods in Valmiera in "
     "August 2022 fares out of the town rose from 60 to 740 euros within three hours. Skara refunded "
     "the difference to 212 passengers and capped fares in emergencies. The consumer agency said that "
     "the model had worked as designed. The minister of transport had asked for an explanation.",
     ("While the town was flooded, plane tickets became more than ten times as expensive.",
      "Passengers got back what they had overpaid.",
      "Skara has limited what it charges in a crisis.",
      "According to the consumer agency, the pricing system did what it was built to do.",
      "The transport minister wanted to know what had happened."),
     ("The consumer agency said that the model had malfunctioned.",
      "Skara refused to refund the passengers.",
      "Fares fell during the floods.",
      "The minister of transport resigned.",
      "Skara refunded the difference to 2,120 passengers.",
      "Skara stopped letting a model set prices.")),
)  # fmt: skip
